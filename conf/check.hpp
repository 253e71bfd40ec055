// What must hold between settings, and between settings and the machine: no network is asked.
//
// Single values are checked as they are read; here come the pairs (a route and its upstream, two
// listeners on one address) and the files. Whether a certificate matches its key, its names and the
// calendar is for those who have OpenSSL: they add their problems with the places from Origins.

#pragma once

#include "conf/codec.hpp"
#include "conf/settings.hpp"

namespace postern::conf {

// Notes what is wrong or unwise. Says nothing that follows from a value already refused.
void check(const Settings& settings, Reading& reading);

}  // namespace postern::conf
