// vector_test: every vector of a folder, on the decoders that the agent uses.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/support/failure.h"
#include "tests/support/paths.h"
#include "tests/vectors/vector_run.h"

namespace vitalgate::test {
namespace {

int run_all(const std::vector<std::string>& places) {
  std::size_t cases = 0, violations = 0;
  for (const std::string& place : places)
    for (const auto& file : vector_files(place)) {
      const FileOutcome outcome = run_file(file);
      fmt::print("{:<32} {:>5} of {:>5} passed\n", file.filename().string(), outcome.passed,
                 outcome.run);
      for (const std::string& failure : outcome.failures) fmt::print("  {}\n", failure);
      cases += outcome.run;
      violations += outcome.run - outcome.passed;
    }
  fmt::print("vector_test: cases={} violations={}\n", cases, violations);
  return violations == 0 && cases > 0 ? 0 : 1;
}

int run(const std::vector<std::string>& places) {
  if (!places.empty()) return run_all(places);
  const auto shared = shared_file("vectors");
  if (!shared) {
    fmt::print("skipped: no shared data\n");
    return 0;
  }
  return run_all({shared->string()});
}

}  // namespace
}  // namespace vitalgate::test

int main(int argc, char** argv) {
  CLI::App app{"Runs decoder vectors (*.jsonl) and reports every mismatch."};
  std::vector<std::string> places;
  app.add_option("PLACE", places, "folders or files; none: the shared vectors");
  try {
    app.parse(argc, argv);
    return vitalgate::test::run(places);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const vitalgate::test::Failure& failure) {
    fmt::print(stderr, "vector_test: {}\n", failure.what());
    if (!failure.hint().empty()) fmt::print(stderr, "Try: {}\n", failure.hint());
    return 2;
  }
}
