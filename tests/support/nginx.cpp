#include "tests/support/nginx.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <utility>

#include "tests/support/failure.h"
#include "tests/support/network.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::test {
namespace {

// One process: there is no worker that could outlive it.
constexpr auto kTemplate = R"(daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
{user}
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    {more}
    location / {{
      proxy_pass https://127.0.0.1:{upstream};
      proxy_ssl_verify off;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }}
  }}
}}
)";

}  // namespace

Nginx::Nginx(std::filesystem::path directory, Certificate certificate)
    : directory_(std::move(directory)),
      program_(system_program("nginx", "nginx-light")),
      certificate_(std::move(certificate)),
      port_(free_port()) {
  std::filesystem::create_directories(directory_);
}

void Nginx::write_configuration() const {
  std::ofstream(directory_ / "nginx.conf")
      << fmt::format(kTemplate, fmt::arg("folder", directory_.string()),
                     fmt::arg("user", geteuid() == 0 ? "user root;" : ""), fmt::arg("port", port_),
                     fmt::arg("certificate", certificate_.file.string()),
                     fmt::arg("key", certificate_.key.string()), fmt::arg("more", more_),
                     fmt::arg("upstream", upstream_));
}

void Nginx::start() {
  write_configuration();
  process_ = std::make_unique<Process>(
      Arguments{program_, "-p", directory_, "-e", "stderr", "-c", directory_ / "nginx.conf"}, log(),
      log());
  const bool up = poll_until([this] { return accepts(port_) || !process_->running(); },
                             std::chrono::seconds(20), Milliseconds(5));
  if (up && process_->running()) return;
  throw Failure("nginx does not start; its last words:\n" + tail_of(log()),
                "free its port, or run again for another one");
}

void Nginx::stop() {
  if (process_) process_->stop();
}

}  // namespace vitalgate::test
