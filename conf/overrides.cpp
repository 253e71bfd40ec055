// A key finds its row, and the row knows how to copy its member. This happens once for each
// session: some forty comparisons for each key that is set, half a microsecond for all.

#include "conf/overrides.hpp"

#include "conf/schema.hpp"

#include <algorithm>
#include <cassert>

namespace postern::conf {

void apply(const Pop3Assignments& assignments, Pop3& pop3) {
  const auto rows = settings_of<Pop3>();
  for (const auto key : assignments.keys) {
    const auto row = std::ranges::find(rows, key, &Setting<Pop3>::key);
    assert(row != rows.end() && "assignments name keys of the schema");
    row->member.copy(assignments.values, pop3);
  }
}

Pop3 effective_pop3(const Settings& settings,
                    const Listener& listener,
                    const Upstream* upstream,
                    const Route* route) {
  Pop3 pop3 = settings.pop3;
  if (upstream != nullptr) apply(upstream->pop3, pop3);
  if (route != nullptr) apply(route->pop3, pop3);
  apply(listener.pop3, pop3);
  return pop3;
}

}  // namespace postern::conf
