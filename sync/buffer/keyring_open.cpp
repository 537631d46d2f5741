// Keyring's way from its files: opening, making, going over to another key, recovering.
#include <algorithm>
#include <utility>

#include "sync/buffer/keyring_state.h"

namespace vitalgate::sync {
namespace {

using Copies = std::array<KeyCopies::Copy, 2>;

Error missing(const std::filesystem::path& directory) {
  return {Errc::rejected,
          std::string("the key files keys.a and keys.b of the buffer are not in ")
              .append(directory.string()),
          "nothing was changed. Put one of them back from a copy of that folder; without one, keep "
          "the folder as it is and ask support"};
}

Error both_damaged(const std::filesystem::path& directory, std::string_view a, std::string_view b) {
  return {Errc::rejected,
          std::string("both key files of the buffer in ")
              .append(directory.string())
              .append(" are damaged (keys.a: ")
              .append(a)
              .append("; keys.b: ")
              .append(b)
              .append(")"),
          "nothing was changed. Put one of them back from a copy of that folder, or try "
          "vitalgate buffer recover --private-key PRIVATE.pem; else keep the folder as it is and "
          "ask support"};
}

Error wrong_key(const KeySettings& settings, std::string_view given, const KeyFile& file) {
  std::string hint = std::string("nothing was changed. Name the key with fingerprint ")
                         .append(file.key_fingerprint)
                         .append(" in buffer.key, or in buffer.old_key to go over to this one");
  if (!file.recovery_public.empty())
    hint.append("; if it is lost: vitalgate buffer recover --private-key PRIVATE.pem");
  return {Errc::rejected,
          std::string("the key in ")
              .append(settings.reference)
              .append(" (fingerprint ")
              .append(given)
              .append(") is not the one this buffer was sealed with (fingerprint ")
              .append(file.key_fingerprint)
              .append(")"),
          std::move(hint)};
}

Error other_gateway(const std::filesystem::path& directory, std::string_view theirs,
                    std::string_view ours) {
  return {Errc::rejected,
          std::string("the buffer in ")
              .append(directory.string())
              .append(" belongs to the gateway ")
              .append(theirs)
              .append(", and this is ")
              .append(ours),
          std::string("set gateway.id = \"")
              .append(theirs)
              .append("\", or choose another buffer.directory")};
}

// Those that can be read, the newest first.
Result<std::vector<const KeyCopies::Copy*>> readable(const std::filesystem::path& directory,
                                                     const Copies& copies) {
  std::vector<const KeyCopies::Copy*> good;
  for (const auto& copy : copies)
    if (copy.file) good.push_back(&copy);
  if (good.empty())
    return both_damaged(directory, copies[0].file.error().what, copies[1].file.error().what);
  std::stable_sort(good.begin(), good.end(), [](const auto* left, const auto* right) {
    return left->file->generation > right->file->generation;
  });
  return good;
}

bool is_software(std::string_view reference) { return !reference.starts_with("cred:"); }

// No file opens under the keys given.
Error none_fits(const std::filesystem::path& directory, const KeySettings& settings,
                const Copies& copies, const KeyFile& newest, const Secret& key) {
  const std::string given = fingerprint(key);
  if (newest.key_fingerprint != given) return wrong_key(settings, given, newest);
  const auto flaw = [](const KeyCopies::Copy& copy) {
    return copy.file ? std::string("its keys were changed") : copy.file.error().what;
  };
  return both_damaged(directory, flaw(copies[0]), flaw(copies[1]));
}

}  // namespace

// The newest file that opens under `key`.
Keyring::Impl::Match Keyring::Impl::match(Disk& disk, const std::filesystem::path& directory,
                                          const std::vector<const KeyCopies::Copy*>& newest_first,
                                          const Secret& key) {
  const std::string given = fingerprint(key);
  for (const KeyCopies::Copy* const copy : newest_first) {
    const KeyFile& file = *copy->file;
    const bool candidate =
        file.key_fingerprint == given && file.gateway == (*newest_first.front()->file).gateway;
    if (!candidate) continue;
    auto ring = std::make_unique<Impl>(disk, directory, file.gateway, key);
    if (ring->adopt(file)) return {copy, std::move(ring)};
  }
  return {};
}

Result<std::unique_ptr<Keyring::Impl>> Keyring::Impl::load(Disk& disk,
                                                           const std::filesystem::path& directory,
                                                           std::string_view gateway,
                                                           const KeySettings& settings) {
  const Copies copies = VG_TRY(KeyCopies(disk, directory).read());
  const auto newest_first = VG_TRY(readable(directory, copies));
  const KeyFile& newest = *newest_first.front()->file;
  if (newest.gateway != gateway) return other_gateway(directory, newest.gateway, gateway);
  const Secret key = VG_TRY(read_key(settings.reference));
  Match found = match(disk, directory, newest_first, key);
  const bool under_old = found.ring == nullptr && !settings.old_reference.empty();
  if (under_old) {
    const Secret old_key = VG_TRY(read_key(settings.old_reference));
    found = match(disk, directory, newest_first, old_key);
  }
  if (found.ring == nullptr) return none_fits(directory, settings, copies, newest, key);
  VG_TRY(found.ring->copies.repair(copies, found.copy->bytes));
  if (under_old) found.ring->use(key);
  const bool enrolled = VG_TRY(found.ring->enrol(settings.recovery_public));
  if (enrolled || under_old) {
    found.ring->wrap_all();
    VG_TRY(found.ring->save());
  }
  return std::move(found.ring);
}

Result<std::unique_ptr<Keyring::Impl>> Keyring::Impl::make(Disk& disk,
                                                           const std::filesystem::path& directory,
                                                           std::string_view gateway,
                                                           const KeySettings& settings) {
  const Secret key = VG_TRY(read_key(settings.reference));
  auto ring = std::make_unique<Impl>(disk, directory, gateway, key);
  ring->add(kTagKey, 0, Secret::random());
  ring->add(kFirstDataKey, 0, Secret::random());
  VG_TRY(ring->enrol(settings.recovery_public));
  ring->wrap_all();
  VG_TRY(disk.make_directory(directory));
  VG_TRY(ring->save());
  return ring;
}

Result<Keyring> Keyring::open(Disk& disk, const std::filesystem::path& directory,
                              std::string_view gateway, const KeySettings& settings, bool create) {
  bool there = VG_TRY(is_there(disk, directory));
  if (!there && !create) return missing(directory);
  if (there && create) {
    // Nothing was ever sealed: files that cannot be read are of a beginning that was cut off.
    const Copies copies = VG_TRY(KeyCopies(disk, directory).read());
    there = copies[0].file || copies[1].file;
  }
  auto ring = VG_TRY(there ? Impl::load(disk, directory, gateway, settings)
                           : Impl::make(disk, directory, gateway, settings));
  ring->software_key = is_software(settings.reference);
  return Keyring(std::move(ring));
}

Result<> Keyring::recover(Disk& disk, const std::filesystem::path& directory,
                          const std::filesystem::path& private_key, const KeySettings& settings) {
  if (!VG_TRY(is_there(disk, directory))) return missing(directory);
  const Copies copies = VG_TRY(KeyCopies(disk, directory).read());
  const KeyCopies::Copy& newest = *VG_TRY(readable(directory, copies)).front();
  const KeyFile& file = *newest.file;
  if (file.recovery_public.empty())
    return Error{Errc::rejected, "no recovery key was enrolled in this buffer",
                 "put the key with fingerprint " + file.key_fingerprint + " back: buffer.key"};
  const RecoveryKey private_half = VG_TRY(RecoveryKey::read_private(private_key));
  const RecoveryKey enrolled = VG_TRY(RecoveryKey::from_der(file.recovery_public));
  if (private_half.der() != enrolled.der())
    return Error{Errc::rejected,
                 std::string("the recovery key ")
                     .append(private_key.string())
                     .append(" (fingerprint ")
                     .append(private_half.fingerprint())
                     .append(") is not the one enrolled here (fingerprint ")
                     .append(enrolled.fingerprint())
                     .append(")"),
                 "name the file with that private key"};
  const Secret key = VG_TRY(read_key(settings.reference));
  Impl ring(disk, directory, file.gateway, key);
  VG_TRY(ring.adopt_recovered(file, private_half));
  VG_TRY(ring.copies.repair(copies, newest.bytes));
  VG_TRY(ring.enrol(settings.recovery_public));
  ring.wrap_all();
  return ring.save();
}

}  // namespace vitalgate::sync
