// What LeakSanitizer finds that is not ours: Paho C 1.3.12 keeps about 15 kB of every message that
// it was writing when the link was reset (docs/performance.md has what that comes to). The library
// has no symbols to name the places by; nothing of ours is allocated inside it but in callbacks,
// which only push notes.

extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpaho-mqtt3as.so\n"; }
