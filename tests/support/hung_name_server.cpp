// Preloaded into a daemon: its names are not answered as long as a file is there, as with a name
// server that hangs. Whoever asked then gets the true answer.
#include <dlfcn.h>
#include <netdb.h>
#include <unistd.h>

#include <cstdlib>

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  using Original = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  const auto original = reinterpret_cast<Original>(dlsym(RTLD_NEXT, "getaddrinfo"));
  const char* file = std::getenv("VITALGATE_TEST_HUNG_DNS");
  while (file != nullptr && access(file, F_OK) == 0) usleep(20'000);
  return original(node, service, hints, found);
}
