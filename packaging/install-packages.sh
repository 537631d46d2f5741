#!/usr/bin/env bash
# Every package that this project needs, from Debian 12, by name. Nothing is installed by hand.
#
#   bash packaging/install-packages.sh [build|demo|test]
#
#   build   what compiles the agent
#   demo    build, and what the demo runs with
#   test    demo, and what the tests run with (the default)
#
# Asks apt for nothing when everything is there already, so a second run needs no network.
set -euo pipefail

readonly build_packages=(
  g++ cmake ninja-build pkg-config
  libpaho-mqttpp-dev libpaho-mqtt-dev libsqlite3-dev libssl-dev libsystemd-dev libmodbus-dev
  nlohmann-json3-dev libcli11-dev libtomlplusplus-dev libfmt-dev libre2-dev libzstd-dev
  libcurl4-openssl-dev zlib1g-dev)
readonly demo_packages=(
  "${build_packages[@]}" mosquitto openssl python3 python3-paho-mqtt
  libgtest-dev libgmock-dev libbenchmark-dev)
readonly test_packages=(
  "${demo_packages[@]}" python3-zstandard clang libclang-rt-14-dev clang-format
  gcc-arm-none-eabi qemu-system-arm nginx-light rabbitmq-server
  swtpm tpm2-openssl libtss2-tcti-swtpm0 softhsm2 libengine-pkcs11-openssl)

fail() {
  printf 'install-packages.sh: %s\nTry: %s\n' "$1" "$2" >&2
  exit 1
}

case ${1:-test} in
  build) packages=("${build_packages[@]}") ;;
  demo) packages=("${demo_packages[@]}") ;;
  test) packages=("${test_packages[@]}") ;;
  *) fail "no set of packages is called '$1'" 'bash packaging/install-packages.sh test' ;;
esac

is_installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

missing=()
for package in "${packages[@]}"; do
  is_installed "$package" || missing+=("$package")
done
if (( ${#missing[@]} == 0 )); then
  printf 'install-packages.sh: all %d packages are there\n' "${#packages[@]}"
  exit 0
fi

as_root=()
if (( EUID != 0 )); then
  command -v sudo >/dev/null || fail "${#missing[@]} packages are missing and this is not root" \
    "as root: apt-get install ${missing[*]}"
  as_root=(sudo)
fi

printf 'install-packages.sh: installing %s\n' "${missing[*]}"
# The tests start servers of their own; those that come with the packages have no business running
# here. One that was here before stays as it is.
unwanted=()
for package in "${missing[@]}"; do
  case $package in
    mosquitto) unwanted+=(mosquitto.service) ;;
    nginx-light) is_installed nginx || unwanted+=(nginx.service) ;;
    rabbitmq-server)
      unwanted+=(rabbitmq-server.service)
      is_installed erlang-base || unwanted+=(epmd.service epmd.socket)
      ;;
  esac
done
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Shows that it goes on: one dot for every few lines of apt.
run_apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$@" \
    >>"$log" 2>&1 </dev/null
}
printf '  package lists ...\n'
run_apt update ||
  printf '  (the lists could not be renewed; going on with those that are here)\n' >&2
printf '  download and unpack ...\n'
if ! run_apt install -y --no-install-recommends "${missing[@]}"; then
  tail -n 15 "$log" >&2
  fail 'apt could not install the packages' \
    'check the network and /etc/apt/sources.list (Debian 12 "bookworm" main), then run this again'
fi

if (( ${#unwanted[@]} > 0 )) && [[ -d /run/systemd/system ]]; then
  for service in "${unwanted[@]}"; do
    "${as_root[@]}" systemctl disable --now "$service" >/dev/null 2>&1 || true
  done
fi
printf 'install-packages.sh: done\n'
