// What ThreadSanitizer cannot see: Debian's Paho C++ and OpenSSL are not instrumented, so the
// atomic counts that end the life of their objects are invisible and the destruction looks
// unordered. Only their objects are named here; our callbacks and queues stay under watch.

extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:mqtt::async_client::remove_token\n"
         "race:<mqtt::token\n"
         "race:<mqtt::delivery_token\n"
         "race:<mqtt::message\n"
         "race:mqtt::delivery_token::~delivery_token\n"
         "race:mqtt::token::wait_for\n"
         "race:mqtt::token::check_ret\n"
         "race:libssl.so\n"
         "race:libcrypto.so\n";
}
