// Overload: one visitor of lambdas, for std::visit.
#pragma once

namespace vitalgate {

template <class... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};

template <class... Ts>
Overload(Ts...) -> Overload<Ts...>;

}  // namespace vitalgate
