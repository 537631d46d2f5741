// What LeakSanitizer finds that is not ours: Paho C 1.3.12 never frees some of the messages that
// were on their way when the link was reset (docs/performance.md has what that comes to). The
// library has no symbols to name the places by; nothing of ours is allocated inside it but in
// callbacks, which only push notes.

extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpaho-mqtt3as.so\n"; }
