// byteflip: one byte of the buffer's files is not what it was. It is harmless or reported with its
// exact range; never a crash, never wrong bytes accepted.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "tests/proof/campaign.h"
#include "tests/proof/check.h"
#include "tests/proof/workload.h"

namespace vitalgate::proof {
namespace {

constexpr std::uint64_t kPositionsOfALife = 2000;

struct FlipPlan {
  CampaignPlan campaign;
  std::string weaken;
  bool exhaustive = false;
  int steps = 60;
};

struct File {
  std::string path;
  NodeId node = 0;
};

void collect(const Image& image, NodeId at, const std::string& path, std::vector<File>& files) {
  for (const auto& [entry, node] : image[at].entries) {
    const std::string child = path + "/" + entry;
    if (image[node].directory) {
      collect(image, node, child, files);
    } else if (!image[node].bytes.empty()) {
      files.push_back({child, node});
    }
  }
}

// Another byte than there was: a bit flipped, zeroed, or chance.
char spoiled(char was, Dice& dice) {
  const auto kind = dice.between(0, 9);
  if (kind == 0 && was != 0) return 0;
  if (kind <= 7) return static_cast<char>(was ^ (1 << dice.between(0, 7)));
  return static_cast<char>(was + dice.between(1, 255));
}

class Life {
 public:
  Life(Campaign& campaign, const FlipPlan& plan, std::uint64_t life)
      : campaign_(campaign), flip_(plan), life_(life) {
    plan_.seed = life;
    plan_.steps = plan.steps;
    plan_.weakness.skip_chain = plan.weaken == "no-chain";
    options_ = options_of(plan_, probe_, campaign.key_file());
  }
  void run();

 private:
  void flip(const Image& image, const File& file, std::size_t position, std::uint64_t ordinal);

  Campaign& campaign_;
  const FlipPlan& flip_;
  const std::uint64_t life_;
  Plan plan_;
  RamDisk disk_, probe_;
  sync::BufferOptions options_;
  const Model* model_ = nullptr;
  std::map<std::string, std::uint64_t> figures_;
};

void Life::run() {
  disk_.load(first_image(life_), /*record=*/true);
  Workload workload(disk_, plan_, options_of(plan_, disk_, campaign_.key_file()));
  if (const auto what = workload.run()) {
    campaign_.violation(life_, 0, fmt::format("life {}, before any flip: {}", life_, *what));
    return;
  }
  model_ = &workload.model();
  const Image image = disk_.contents();  // as it is while the buffer is open
  std::vector<File> files;
  collect(image, kRoot, "", files);
  std::uint64_t ordinal = 0;
  if (flip_.exhaustive) {
    for (const File& file : files)
      for (std::size_t at = 0; at < image[file.node].bytes.size() && !campaign_.over(); ++at)
        flip(image, file, at, ordinal++);
  } else {
    Dice dice(life_);
    for (; ordinal < kPositionsOfALife && !campaign_.over(); ++ordinal) {
      const File& file = files[dice.next() % files.size()];
      flip(image, file, dice.next() % image[file.node].bytes.size(), ordinal);
    }
  }
  for (const auto& [figure, count] : figures_) campaign_.note(figure, count);
}

void Life::flip(const Image& image, const File& file, std::size_t position, std::uint64_t ordinal) {
  if (!campaign_.take(life_, ordinal)) return;
  Dice dice(Campaign::number(life_, ordinal));
  Image flipped = image;
  char& byte = flipped[file.node].bytes[position];
  const char was = byte;
  byte = spoiled(was, dice);
  const std::string where =
      fmt::format("{} byte {}: {:02x} became {:02x}", file.path, position,
                  static_cast<unsigned char>(was), static_cast<unsigned char>(byte));
  probe_.load(std::move(flipped), /*record=*/false);
  const Finding finding =
      check(options_, *model_,
            {.damaged = true, .may_drop = may_drop(options_), .lively = dice.one_in(8)});
  const std::string short_name = file.path.substr(file.path.rfind('/') + 1);
  ++figures_[fmt::format("{}: {}", short_name, finding.losses == 0 ? "harmless" : "reported")];
  if (finding.violation)
    campaign_.violation(life_, ordinal,
                        fmt::format("life {}, {}: {}", life_, where, *finding.violation));
}

int run(const FlipPlan& plan) {
  std::string again;
  if (plan.exhaustive) again += "--exhaustive";
  if (!plan.weaken.empty()) again += (again.empty() ? "--weaken " : " --weaken ") + plan.weaken;
  if (plan.steps != FlipPlan().steps)
    again += fmt::format("{}--steps {}", again.empty() ? "" : " ", plan.steps);
  Campaign campaign("byteflip", plan.campaign, again);
  return campaign.run([&](Campaign& the, std::uint64_t life) { Life(the, plan, life).run(); });
}

}  // namespace
}  // namespace vitalgate::proof

int main(int argc, char** argv) {
  CLI::App app{"Changes one byte of a buffer's files and judges what the buffer makes of it."};
  vitalgate::proof::FlipPlan plan;
  plan.campaign.cases = 5'000;
  vitalgate::proof::declare_campaign(app, plan.campaign);
  app.add_option("--weaken", plan.weaken, "take a protection away: the run must then fail")
      ->check(CLI::IsMember({"no-chain"}));
  app.add_flag("--exhaustive", plan.exhaustive, "every position of a life instead of chance");
  app.add_option("--steps", plan.steps, "of a life")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return vitalgate::proof::campaign_main([&] { return vitalgate::proof::run(plan); }, "byteflip");
}
