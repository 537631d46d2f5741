#include "sync/tls/tpm_provider.h"

#include <dlfcn.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/provider.h>

#include <array>
#include <mutex>
#include <utility>
#include <vector>

#include "sync/tls/openssl.h"

namespace vitalgate::sync {
namespace {

using Dispatch = std::vector<OSSL_DISPATCH>;  // ends with an entry 0
using Function = void (*)();

// Recursive: a decoder calls OpenSSL back, which takes or drops the key that it made.
std::recursive_mutex& inside() {
  static std::recursive_mutex mutex;
  return mutex;
}

// A function of the provider behind the lock. `List` keeps apart those of the same kind: RSA's
// signing and that of EC.
template <int List, int Id, class Signature>
struct Guarded;
template <int List, int Id, class R, class... A>
struct Guarded<List, Id, R(A...)> {
  static inline R (*inner)(A...) = nullptr;
  static R call(A... arguments) {
    const std::scoped_lock lock(inside());
    return inner(arguments...);
  }
};

template <int List, int Id, class Signature>
void guard(OSSL_DISPATCH& entry) {
  if (entry.function_id != Id) return;
  using Guard = Guarded<List, Id, Signature>;
  Guard::inner = reinterpret_cast<Signature*>(entry.function);
  entry.function = reinterpret_cast<Function>(&Guard::call);
}

// The private half stays where it is: then OpenSSL signs with the provider that has it.
template <int List>
struct Export {
  static inline OSSL_FUNC_keymgmt_export_fn* inner = nullptr;
  static int call(void* key, int selection, OSSL_CALLBACK* take, void* argument) {
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0) return 0;
    const std::scoped_lock lock(inside());
    return inner(key, selection, take, argument);
  }
};

// Keys are only ever read from a file: none is made, and no other provider's is taken in.
bool makes_keys(int id) {
  return (id >= OSSL_FUNC_KEYMGMT_GEN_INIT && id <= OSSL_FUNC_KEYMGMT_GEN_CLEANUP) ||
         id == OSSL_FUNC_KEYMGMT_IMPORT || id == OSSL_FUNC_KEYMGMT_IMPORT_TYPES;
}

template <int List>
void adapt_keys(Dispatch& functions) {
  std::erase_if(functions,
                [](const OSSL_DISPATCH& entry) { return makes_keys(entry.function_id); });
  for (OSSL_DISPATCH& entry : functions) {
    guard<List, OSSL_FUNC_KEYMGMT_LOAD, OSSL_FUNC_keymgmt_load_fn>(entry);
    guard<List, OSSL_FUNC_KEYMGMT_FREE, OSSL_FUNC_keymgmt_free_fn>(entry);
    guard<List, OSSL_FUNC_KEYMGMT_GET_PARAMS, OSSL_FUNC_keymgmt_get_params_fn>(entry);
    guard<List, OSSL_FUNC_KEYMGMT_SET_PARAMS, OSSL_FUNC_keymgmt_set_params_fn>(entry);
    guard<List, OSSL_FUNC_KEYMGMT_HAS, OSSL_FUNC_keymgmt_has_fn>(entry);
    guard<List, OSSL_FUNC_KEYMGMT_MATCH, OSSL_FUNC_keymgmt_match_fn>(entry);
    guard<List, OSSL_FUNC_KEYMGMT_VALIDATE, OSSL_FUNC_keymgmt_validate_fn>(entry);
    guard<List, OSSL_FUNC_KEYMGMT_DUP, OSSL_FUNC_keymgmt_dup_fn>(entry);
    if (entry.function_id != OSSL_FUNC_KEYMGMT_EXPORT) continue;
    Export<List>::inner = reinterpret_cast<OSSL_FUNC_keymgmt_export_fn*>(entry.function);
    entry.function = reinterpret_cast<Function>(&Export<List>::call);
  }
}

template <int List>
void adapt_signature(Dispatch& functions) {
  for (OSSL_DISPATCH& entry : functions) {
    guard<List, OSSL_FUNC_SIGNATURE_NEWCTX, OSSL_FUNC_signature_newctx_fn>(entry);
    guard<List, OSSL_FUNC_SIGNATURE_SIGN_INIT, OSSL_FUNC_signature_sign_init_fn>(entry);
    guard<List, OSSL_FUNC_SIGNATURE_SIGN, OSSL_FUNC_signature_sign_fn>(entry);
    guard<List, OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, OSSL_FUNC_signature_digest_sign_init_fn>(
        entry);
    guard<List, OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, OSSL_FUNC_signature_digest_sign_update_fn>(
        entry);
    guard<List, OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, OSSL_FUNC_signature_digest_sign_final_fn>(
        entry);
    guard<List, OSSL_FUNC_SIGNATURE_DIGEST_SIGN, OSSL_FUNC_signature_digest_sign_fn>(entry);
    guard<List, OSSL_FUNC_SIGNATURE_DUPCTX, OSSL_FUNC_signature_dupctx_fn>(entry);
    guard<List, OSSL_FUNC_SIGNATURE_FREECTX, OSSL_FUNC_signature_freectx_fn>(entry);
    guard<List, OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, OSSL_FUNC_signature_get_ctx_params_fn>(entry);
    guard<List, OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, OSSL_FUNC_signature_set_ctx_params_fn>(entry);
  }
}

template <int List>
void adapt_decoder(Dispatch& functions) {
  for (OSSL_DISPATCH& entry : functions)
    guard<List, OSSL_FUNC_DECODER_DECODE, OSSL_FUNC_decoder_decode_fn>(entry);
}

template <int List>
void adapt(int operation, Dispatch& functions) {
  if (operation == OSSL_OP_KEYMGMT) adapt_keys<List>(functions);
  if (operation == OSSL_OP_SIGNATURE) adapt_signature<List>(functions);
  if (operation == OSSL_OP_DECODER) adapt_decoder<List>(functions);
}

constexpr std::size_t kListsMax = 8;  // three kinds of keys, two of signatures, three decoders

template <std::size_t... List>
constexpr auto adapters(std::index_sequence<List...>) {
  return std::array<void (*)(int, Dispatch&), sizeof...(List)>{&adapt<static_cast<int>(List)>...};
}

// What of the module is offered. Made once, never changed then.
struct Offer {
  Dispatch provider;
  std::vector<Dispatch> lists;  // what `algorithms` point into
  std::array<std::vector<OSSL_ALGORITHM>, 3> algorithms;
};
Offer& offer() {
  // Never destroyed: OpenSSL puts providers down after the statics of this program.
  static Offer& made = *new Offer;
  return made;
}

constexpr std::array kOperations{OSSL_OP_KEYMGMT, OSSL_OP_SIGNATURE, OSSL_OP_DECODER};

const OSSL_ALGORITHM* query(void*, int operation, int* no_cache) {
  *no_cache = 0;
  for (std::size_t i = 0; i < kOperations.size(); ++i)
    if (kOperations.at(i) == operation) return offer().algorithms.at(i).data();
  return nullptr;
}

Dispatch copy_of(const OSSL_DISPATCH* functions) {
  Dispatch copy;
  for (; functions->function_id != 0; ++functions) copy.push_back(*functions);
  return copy;
}

// A module with more lists than this was made for offers the first ones.
void take_over(int operation, const OSSL_ALGORITHM* from, std::vector<OSSL_ALGORITHM>& to) {
  static constexpr auto kAdapters = adapters(std::make_index_sequence<kListsMax>());
  std::vector<Dispatch>& lists = offer().lists;
  for (; from != nullptr && from->algorithm_names != nullptr; ++from) {
    if (lists.size() == kListsMax) break;
    Dispatch functions = copy_of(from->implementation);
    kAdapters.at(lists.size())(operation, functions);
    functions.push_back({0, nullptr});
    lists.push_back(std::move(functions));
    to.push_back(*from);
    to.back().implementation = lists.back().data();
  }
  to.push_back({});
}

template <class Signature>
Signature* find(const Dispatch& functions, int id) {
  for (const OSSL_DISPATCH& entry : functions)
    if (entry.function_id == id) return reinterpret_cast<Signature*>(entry.function);
  return nullptr;
}

void take_over_all(void* context, const OSSL_DISPATCH* module) {
  Offer& made = offer();
  made = {copy_of(module), {}, {}};
  made.lists.reserve(kListsMax);
  auto* const ask = find<OSSL_FUNC_provider_query_operation_fn>(made.provider,
                                                                OSSL_FUNC_PROVIDER_QUERY_OPERATION);
  auto* const done = find<OSSL_FUNC_provider_unquery_operation_fn>(
      made.provider, OSSL_FUNC_PROVIDER_UNQUERY_OPERATION);
  for (std::size_t i = 0; ask != nullptr && i < kOperations.size(); ++i) {
    int no_cache = 0;
    const OSSL_ALGORITHM* const theirs = ask(context, kOperations.at(i), &no_cache);
    take_over(kOperations.at(i), theirs, made.algorithms.at(i));
    if (done != nullptr) done(context, kOperations.at(i), theirs);
  }
  // Our lists are for good: nothing is to be freed after a query.
  std::erase_if(made.provider, [](const OSSL_DISPATCH& entry) {
    return entry.function_id == OSSL_FUNC_PROVIDER_QUERY_OPERATION ||
           entry.function_id == OSSL_FUNC_PROVIDER_UNQUERY_OPERATION;
  });
  made.provider.push_back({OSSL_FUNC_PROVIDER_QUERY_OPERATION, reinterpret_cast<Function>(&query)});
  made.provider.push_back({0, nullptr});
}

// What OpenSSL calls for a provider that is built in.
int init(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH* core, const OSSL_DISPATCH** out,
         void** context) {
  const std::string file = std::string(OPENSSL_info(OPENSSL_INFO_MODULES_DIR)).append("/tpm2.so");
  void* const module = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);  // stays, as its keys may
  if (module == nullptr) return 0;
  auto* const start =
      reinterpret_cast<OSSL_provider_init_fn*>(::dlsym(module, "OSSL_provider_init"));
  const OSSL_DISPATCH* functions = nullptr;
  if (start == nullptr || start(handle, core, &functions, context) != 1) return 0;
  take_over_all(*context, functions);
  *out = offer().provider.data();
  return 1;
}

}  // namespace

Result<> load_tpm_provider() {
  static std::mutex mutex;
  // Held until the process ends: keys may be in use anywhere.
  static OSSL_PROVIDER* ours = nullptr;
  static OSSL_PROVIDER* plain = nullptr;
  const std::scoped_lock lock(mutex);
  if (ours != nullptr) return {};
  ERR_clear_error();
  constexpr const char* kName = "vitalgate-tpm";
  // A provider that is named turns off the silent loading of the default one.
  if (plain == nullptr) plain = OSSL_PROVIDER_load(nullptr, "default");
  VG_CHECK(plain != nullptr);
  VG_CHECK(EVP_set_default_properties(nullptr, "?provider=default") == 1);
  static const bool added = OSSL_PROVIDER_add_builtin(nullptr, kName, init) == 1;
  VG_CHECK(added);
  ours = OSSL_PROVIDER_load(nullptr, kName);
  if (ours != nullptr) return {};
  return Error{Errc::unavailable, "the TPM cannot be used: " + queued_reason(),
               "apt-get install tpm2-openssl, let the agent into the group tss, and look for the "
               "TPM: ls -l /dev/tpmrm0"};
}

}  // namespace vitalgate::sync
