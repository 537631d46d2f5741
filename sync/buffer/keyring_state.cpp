#include "sync/buffer/keyring_state.h"

#include <string.h>

#include <algorithm>
#include <utility>

namespace vitalgate::sync {
namespace {

// What a wrapped key is bound to: in another place, ring or version of the file it does not open.
std::string bound_to(std::string_view gateway, KeyNumber number, std::int64_t created_ms) {
  return std::string("vitalgate key 1|")
      .append(gateway)
      .append("|")
      .append(std::to_string(number))
      .append("|")
      .append(std::to_string(created_ms));
}

Result<Secret> unwrap(Sealer& sealer, std::string_view wrapped, std::string_view bound) {
  std::string plain;
  plain.reserve(Secret::kSize);
  VG_TRY(sealer.open(wrapped, bound, plain));
  if (plain.size() != Secret::kSize) return Error{Errc::corrupt, "a wrapped key is no key", {}};
  Secret secret;
  std::copy(plain.begin(), plain.end(), secret.bytes().begin());
  ::explicit_bzero(plain.data(), plain.size());
  return secret;
}

}  // namespace

Keyring::Impl::Impl(Disk& disk, const std::filesystem::path& directory, std::string_view gateway_id,
                    const Secret& key)
    : copies(disk, directory), gateway(gateway_id) {
  use(key);
}

void Keyring::Impl::use(const Secret& key) {
  wrapper.emplace(key);
  file_tagger.emplace(key);
  key_fingerprint = fingerprint(key);
}

void Keyring::Impl::add(KeyNumber number, std::int64_t created_ms, Secret secret) {
  if (number == kTagKey) tagger.emplace(secret);
  keys[number] = Key{created_ms, std::move(secret)};
}

void Keyring::Impl::wrap(KeyNumber number, Key& key) {
  const std::string bound = bound_to(gateway, number, key.created_ms);
  const auto& bytes = key.secret.bytes();
  key.wrapped.clear();
  wrapper->seal({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, bound, key.wrapped);
  key.recovery = recovery ? recovery->wrap(key.secret, bound) : std::string();
}

void Keyring::Impl::wrap_all() {
  for (auto& [number, key] : keys) wrap(number, key);
}

Result<bool> Keyring::Impl::enrol(const std::filesystem::path& recovery_public) {
  if (recovery_public.empty()) return false;
  RecoveryKey key = VG_TRY(RecoveryKey::read_public(recovery_public));
  if (recovery && recovery->der() == key.der()) return false;
  recovery.emplace(std::move(key));
  return true;
}

Result<> Keyring::Impl::adopt(const KeyFile& file) {
  if (!file_tagger->matches(key_file_body(file), file.tag))
    return Error{Errc::corrupt, "its tag is wrong", {}};
  if (!file.recovery_public.empty())
    recovery.emplace(VG_TRY(RecoveryKey::from_der(file.recovery_public)));
  for (const WrappedKey& each : file.keys) {
    const std::string bound = bound_to(gateway, each.number, each.created_ms);
    add(each.number, each.created_ms, VG_TRY(unwrap(*wrapper, each.wrapped, bound)));
    keys[each.number].wrapped = each.wrapped;
    keys[each.number].recovery = each.recovery;
  }
  generation = file.generation;
  return {};
}

Result<> Keyring::Impl::adopt_recovered(const KeyFile& file, const RecoveryKey& private_half) {
  recovery.emplace(VG_TRY(RecoveryKey::from_der(file.recovery_public)));
  for (const WrappedKey& each : file.keys) {
    const std::string bound = bound_to(gateway, each.number, each.created_ms);
    add(each.number, each.created_ms, VG_TRY(private_half.unwrap(each.recovery, bound)));
  }
  generation = file.generation;
  return {};
}

std::string Keyring::Impl::to_bytes() {
  KeyFile file;
  file.generation = generation;
  file.gateway = gateway;
  file.key_fingerprint = key_fingerprint;
  if (recovery) file.recovery_public = recovery->der();
  for (const auto& [number, key] : keys)
    file.keys.push_back({number, key.created_ms, key.wrapped, key.recovery});
  const Tagger::Tag tag = file_tagger->tag(key_file_body(file));
  file.tag.assign(tag.begin(), tag.end());
  return write_key_file(file);
}

Result<> Keyring::Impl::save() {
  ++generation;  // never the same twice, also after an attempt that failed halfway
  return copies.save(to_bytes());
}

}  // namespace vitalgate::sync
