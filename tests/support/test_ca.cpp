#include "tests/support/test_ca.h"

#include <fstream>
#include <utility>

#include "tests/support/failure.h"
#include "tests/support/paths.h"
#include "tests/support/process.h"

namespace vitalgate::test {
namespace {

void openssl(Arguments arguments) {
  arguments.insert(arguments.begin(), system_program("openssl", "openssl").string());
  const Output output = run(arguments);
  if (output.code == 0) return;
  throw Failure("openssl " + arguments[1] + " failed: " + output.err,
                "check the disk and the version: openssl version");
}

const Arguments kNewKey{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"};

Arguments operator+(Arguments left, const Arguments& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

std::string word(Flaw flaw) {
  switch (flaw) {
    case Flaw::wrong_name:
      return "wrong-name";
    case Flaw::expired:
      return "expired";
    case Flaw::not_yet_valid:
      return "not-yet-valid";
    case Flaw::none:
      break;
  }
  return "server";
}

}  // namespace

TestCa::TestCa(std::filesystem::path directory, std::string name)
    : directory_(std::move(directory)), name_(std::move(name)) {
  std::filesystem::create_directories(directory_);
  ca_ = {directory_ / (name_ + ".pem"), directory_ / (name_ + ".key")};
  openssl(Arguments{"req", "-x509", "-days", "2", "-subj", "/CN=Vitalgate " + name_, "-addext",
                    "basicConstraints=critical,CA:TRUE", "-keyout", ca_.key, "-out", ca_.file} +
          kNewKey);
}

Certificate TestCa::issue(Flaw flaw) const {
  const auto base = directory_ / (name_ + "-" + word(flaw));
  const Certificate made{base.string() + ".pem", base.string() + ".key"};
  const std::string request = base.string() + ".csr";
  const std::string extensions = base.string() + ".ext";
  const bool wrong = flaw == Flaw::wrong_name;
  const std::string name = wrong ? "another.example" : "localhost";
  std::ofstream(extensions) << "basicConstraints=critical,CA:FALSE\n"
                            << "extendedKeyUsage=serverAuth\n"
                            << "subjectAltName=DNS:" << name
                            << (wrong ? "" : ",IP:127.0.0.1,IP:10.77.0.2") << "\n";
  openssl(Arguments{"req", "-new", "-subj", "/CN=" + name, "-keyout", made.key, "-out", request} +
          kNewKey);
  if (flaw == Flaw::not_yet_valid) {
    sign(made, base, "20990101000000Z", "20991231000000Z");
    return made;
  }
  openssl({"x509", "-req", "-in", request, "-CA", ca_.file, "-CAkey", ca_.key, "-CAcreateserial",
           "-days", flaw == Flaw::expired ? "-1" : "2", "-extfile", extensions, "-out", made.file});
  return made;
}

// `openssl x509` knows no first day.
void TestCa::sign(const Certificate& made, const std::string& base, const std::string& from,
                  const std::string& to) const {
  const std::string configuration = base + ".conf", database = base + ".db";
  std::ofstream{database};
  std::ofstream(configuration) << "[ca]\ndefault_ca=this\n[this]\ndatabase=" << database
                               << "\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n"
                               << "new_certs_dir=" << directory_.string()
                               << "\n[any]\ncommonName=supplied\n";
  openssl({"ca", "-batch", "-notext", "-config", configuration, "-cert", ca_.file, "-keyfile",
           ca_.key, "-in", base + ".csr", "-extfile", base + ".ext", "-startdate", from, "-enddate",
           to, "-out", made.file});
}

}  // namespace vitalgate::test
