// The document becomes Settings: every table through its rows, then what follows from what was
// written: inherited TLS values, usual ports, the route that a single upstream needs not name.
// Here stand the bounds on how many things may have a name.

#pragma once

#include "conf/codec.hpp"
#include "conf/document.hpp"
#include "conf/settings.hpp"

namespace postern::conf {

inline constexpr std::size_t kListenersMax = 64;
inline constexpr std::size_t kUpstreamsMax = 64;
inline constexpr std::size_t kTlsProfilesMax = 64;
inline constexpr std::size_t kRoutesMax = 1'000;

// Whatever is refused keeps its default, and the reading knows.
Settings assemble(const Node& root, Reading& reading);

}  // namespace postern::conf
