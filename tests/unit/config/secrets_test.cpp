// Secrets are named, never held; and nothing that may be one is repeated.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "config/show.h"
#include "tests/unit/config/settings_text.h"

namespace vitalgate::config {
namespace {

using test::about;
using test::all_text;
using test::least_and;
using test::load_words;

constexpr std::string_view kSecret = "hunter2";

class SecretsTest : public testing::Test {
 protected:
  SecretsTest() { unsetenv("CREDENTIALS_DIRECTORY"); }
  ~SecretsTest() override { unsetenv("CREDENTIALS_DIRECTORY"); }

  // A full file whose references are all good, with `password` as the password's value.
  std::string with_password(std::string_view password) const {
    folder_.write("ca.pem", "x");
    std::string text(test::kLeast);
    text.replace(text.find("/etc/vitalgate/tls"), 18, folder_.path().string());
    return text.append("username = \"clinic\"\npassword = \"").append(password).append("\"\n");
  }
  const Problem* password_problem(std::string_view password) {
    loaded_ = load_words(with_password(password), true);
    return about(loaded_, "destination[1].password");
  }

  test::Folder folder_;
  Loaded loaded_;
};

TEST_F(SecretsTest, AnInlineSecretIsRefusedAndNotRepeated) {
  const Problem* problem = password_problem(kSecret);
  ASSERT_NE(problem, nullptr);
  EXPECT_NE(problem->expected.find("file:/"), std::string::npos);
  EXPECT_EQ(all_text(loaded_).find(kSecret), std::string::npos) << all_text(loaded_);
}

TEST_F(SecretsTest, APathWithoutItsPrefixIsToldToCarryIt) {
  const Problem* problem = password_problem("/etc/password");
  ASSERT_NE(problem, nullptr);
  EXPECT_EQ(problem->what, "a file is written with file: before its path");
}

TEST_F(SecretsTest, AMissingFileIsNamedWithTheNextStep) {
  const std::string path = (folder_.path() / "nothing").string();
  const Problem* problem = password_problem("file:" + path);
  ASSERT_NE(problem, nullptr);
  EXPECT_EQ(problem->what, path + ": no such file");
  EXPECT_EQ(problem->expected, "put the file there, or correct the path");
}

TEST_F(SecretsTest, ASecretOpenToEverybodyIsRefusedAndACaIsNot) {
  const auto file = folder_.write("secret", kSecret);
  chmod(file.c_str(), 0644);
  const Problem* problem = password_problem("file:" + file.string());
  ASSERT_NE(problem, nullptr);
  EXPECT_EQ(problem->expected, "chmod o-rw " + file.string());
  chmod(file.c_str(), 0640);
  EXPECT_EQ(password_problem("file:" + file.string()), nullptr);
  EXPECT_TRUE(loaded_.settings) << all_text(loaded_);
}

TEST_F(SecretsTest, FilesAreLookedAtOnlyWhenAsked) {
  EXPECT_TRUE(load_words(with_password("file:/nowhere"), false).settings);
  EXPECT_FALSE(load_words(with_password("file:/nowhere"), true).settings);
}

TEST_F(SecretsTest, ACredentialIsFoundInItsDirectory) {
  const auto file = folder_.write("hub-password", kSecret);
  chmod(file.c_str(), 0400);
  setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1);
  EXPECT_EQ(password_problem("cred:hub-password"), nullptr) << all_text(loaded_);
  ASSERT_TRUE(loaded_.settings) << all_text(loaded_);
  EXPECT_EQ(loaded_.settings->destinations.front().password, file);
}

TEST_F(SecretsTest, ACredentialWithoutItsDirectoryNamesTheRemedy) {
  const Problem* problem = password_problem("cred:hub-password");
  ASSERT_NE(problem, nullptr);
  EXPECT_NE(problem->expected.find("LoadCredential="), std::string::npos);
}

TEST_F(SecretsTest, ACredentialCannotLeaveItsDirectory) {
  setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1);
  for (const char* name : {"cred:../x", "cred:/etc/passwd", "cred:", "cred:.."})
    EXPECT_NE(password_problem(name), nullptr) << name;
}

TEST_F(SecretsTest, NoMistakeNearASecretShowsIt) {
  const std::array lines{"password = \"hunter2\"",
                         "password = \"hunter2",
                         "password = hunter2",
                         "password: hunter2",
                         "pasword = \"hunter2\"",
                         "username = [\"hunter2\"]",
                         "username = \"hunter2\\u0007\"",
                         "key = \"hunter2\"",
                         "ca = [\"hunter2\"]",
                         "password = \"\"\"\nhunter2",
                         "password = '''\nhunter2\n''' x",
                         "secret_key = \"hunter2\"",
                         "PASSWORD = \"hunter2\" x",
                         "[[device]]\nx = { password = \"hunter2\" }",
                         "passphrase = { a = hunter2 }",
                         "token = \"hunter2\""};
  for (const std::string line : lines) {
    const Loaded loaded = load_words(least_and(line));
    EXPECT_FALSE(loaded.settings) << line;
    EXPECT_EQ(all_text(loaded).find(kSecret), std::string::npos) << all_text(loaded);
  }
}

TEST_F(SecretsTest, ShowingSettingsMasksUserAndPassword) {
  const Loaded loaded = load_words(least_and("username = \"hunter2\"\npassword = \"file:/p\"\n"));
  ASSERT_TRUE(loaded.settings) << all_text(loaded);
  for (const std::string& text : {show_toml(loaded), show_json(loaded)}) {
    EXPECT_EQ(text.find(kSecret), std::string::npos);
    EXPECT_EQ(text.find("file:/p"), std::string::npos);
    EXPECT_NE(text.find("\"***\""), std::string::npos);
  }
}

}  // namespace
}  // namespace vitalgate::config
