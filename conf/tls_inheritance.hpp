// TLS profiles that build upon each other: "extends". It works upon rows rather than members, so
// a new setting of profiles is inherited without a line here.

#pragma once

#include "conf/codec.hpp"
#include "conf/schema.hpp"
#include "conf/settings.hpp"

#include <vector>

namespace postern::conf {

// A profile as it was written, and the rows that it sets.
struct WrittenTls {
  TlsProfile profile;
  std::vector<const Setting<TlsProfile>*> rows;
};

// Each profile with what it takes over from the one that it extends, and that one from its own.
// Server names are never taken over: a name has one profile. Where a value came from another
// profile, the origins say so.
std::vector<TlsProfile> inherit(std::vector<WrittenTls> written, Reading& reading);

}  // namespace postern::conf
