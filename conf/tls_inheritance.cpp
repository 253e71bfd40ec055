// A walk in depth: a profile is finished once the one that it extends is. A profile that is met
// while it is still under way extends itself, which is refused where it was written.

#include "conf/tls_inheritance.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace postern::conf {

namespace {

class Inheritance {
 public:
  Inheritance(std::vector<WrittenTls> written, Reading& reading)
      : written_(std::move(written)),
        states_(written_.size(), State::Untouched),
        reading_(reading) {}

  std::vector<TlsProfile> run() {
    for (std::size_t i = 0; i < written_.size(); ++i)
      finish(i);
    std::vector<TlsProfile> result;
    result.reserve(written_.size());
    for (WrittenTls& one : written_)
      result.push_back(std::move(one.profile));
    return result;
  }

 private:
  enum class State { Untouched, UnderWay, Finished };

  void finish(std::size_t index) {
    if (states_[index] == State::Finished) return;
    states_[index] = State::UnderWay;
    if (const auto parent = parent_of(index)) {
      finish(*parent);
      take_over(written_[index], written_[*parent]);
    }
    states_[index] = State::Finished;
  }

  // What the profile extends, or nothing; a name that does not exist or leads in a circle is noted.
  std::optional<std::size_t> parent_of(std::size_t index) {
    const TlsProfile& profile = written_[index].profile;
    if (profile.extends.empty()) return std::nullopt;
    const auto key = fmt::format("tls.{}.extends", profile.name);
    const auto is_parent = [&](const WrittenTls& one) {
      return one.profile.name == profile.extends;
    };
    const auto found = std::ranges::find_if(written_, is_parent);
    if (found == written_.end()) {
      reading_.problems.error(
          reading_.origins.nearest(key), key, fmt::format("there is no [tls.{}]", profile.extends));
      return std::nullopt;
    }
    const auto parent = static_cast<std::size_t>(found - written_.begin());
    if (states_[parent] == State::UnderWay) {
      reading_.problems.error(
          reading_.origins.nearest(key), key, "this leads back to the profile itself");
      return std::nullopt;
    }
    return parent;
  }

  void take_over(WrittenTls& child, const WrittenTls& parent) {
    for (const auto* row : parent.rows) {
      const bool own = std::ranges::find(child.rows, row) != child.rows.end();
      if (own || row->key == "extends" || row->key == "server_names") continue;
      row->member.copy(parent.profile, child.profile);
      child.rows.push_back(row);
      const auto* place =
          reading_.origins.find(fmt::format("tls.{}.{}", parent.profile.name, row->key));
      if (place == nullptr) continue;
      reading_.origins.set(fmt::format("tls.{}.{}", child.profile.name, row->key), Place(*place));
    }
  }

  std::vector<WrittenTls> written_;
  std::vector<State> states_;
  Reading& reading_;
};

}  // namespace

std::vector<TlsProfile> inherit(std::vector<WrittenTls> written, Reading& reading) {
  return Inheritance(std::move(written), reading).run();
}

}  // namespace postern::conf
