// What powercut, ioerror, byteflip and simulate share: lives, jobs, counting, progress, the last
// line.
//
// A life is one seed's workload; the campaign draws from it as many cases as it has. A case has a
// number that repeats it: life and ordinal. Lives are handed to jobs; everything else of a job is
// its own.
#pragma once

#include <time.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"

namespace CLI {
class App;
}

namespace vitalgate::proof {

inline constexpr unsigned kOrdinalBits = 20;

struct CampaignPlan {
  std::uint64_t seed = 1;
  std::uint64_t cases = 0;             // 0: all of `lives`
  std::uint64_t lives = 0;             // 0: as many as `cases` needs
  unsigned jobs = 0;                   // 0: one a core
  std::optional<std::uint64_t> first;  // number of the case to begin with
  bool all = false;                    // show every violation, not only the first
  bool stop = false;                   // with the first violation
  bool case_is_life = false;  // one case a life, whose number is its seed: seed, seed + 1...
};
void declare_campaign(CLI::App& app, CampaignPlan& plan);

class Campaign {
 public:
  // `name` as in the last line; `again` is what else must stand on a command that repeats a case.
  Campaign(std::string name, CampaignPlan plan, std::string again);

  // Called in several threads at once, with the seed of a life.
  using Life = std::function<void(Campaign& campaign, std::uint64_t life)>;
  // Until there are enough cases. Exit code: 1 when there was a violation, 130 after Ctrl-C. A
  // case that does not end within a minute of processor time, or ten by the clock, is a violation,
  // and ends the process at once.
  int run(const Life& life);

  // Takes the next case: false when this one is to be left out.
  bool take(std::uint64_t life, std::uint64_t ordinal);
  // One more image of a case that was taken.
  void also() { ++taken_; }
  [[nodiscard]] bool over() const;
  void violation(std::uint64_t life, std::uint64_t ordinal, const std::string& paragraph);
  // Figures beside the cases, for the last lines: added up by name.
  void note(const std::string& figure, std::uint64_t count);

  [[nodiscard]] static std::uint64_t number(std::uint64_t life, std::uint64_t ordinal) {
    return life << kOrdinalBits | ordinal;
  }
  // A file with the key-encryption key of all the buffers.
  [[nodiscard]] std::filesystem::path key_file() const { return folder_.path() / "buffer.key"; }

 private:
  // The case that a job is at, and since when; written by the job, read by the watch.
  struct Post {
    std::atomic<std::uint64_t> number{0};
    std::atomic<double> since{0};    // 0: between cases
    std::atomic<double> used{0};     // processor time of the job then
    std::atomic<clockid_t> clock{};  // which tells it
  };

  static thread_local Post* at_;  // of this thread's job

  void work(const Life& life, Post& mine);
  void watch(const std::vector<std::unique_ptr<Post>>& posts);
  void show(bool last);
  int finish();

  const std::string name_;
  const CampaignPlan plan_;
  const std::string again_;
  test::TempDir folder_;
  std::uint64_t first_life_ = 0;
  std::atomic<std::uint64_t> next_life_{0};
  std::atomic<std::uint64_t> taken_{0};
  std::atomic<std::uint64_t> violations_{0};
  std::atomic<std::uint64_t> lives_done_{0};
  std::atomic<unsigned> working_{0};
  std::atomic<bool> stop_{false};
  double began_ = 0;
  std::mutex mutex_;
  std::string first_violation_;
  std::map<std::string, std::uint64_t> figures_;
};

// A campaign's main(): arguments, errors, exit code.
int campaign_main(const std::function<int()>& body, std::string_view name);

}  // namespace vitalgate::proof
