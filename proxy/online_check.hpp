// `postern check --online`: visits each upstream as far as nobody's credentials are needed.

#pragma once

#include "conf/problem.hpp"
#include "conf/settings.hpp"
#include "proxy/tls_files.hpp"

#include <string>

namespace postern::proxy {

// Connects, does TLS, reads greeting and capabilities. Answers a line for each address that is
// well; the others become problems, at the place of the upstream's URL.
std::string visit_upstreams(const conf::Settings& settings,
                            const TlsFiles& tls,
                            const conf::Origins& origins,
                            conf::Problems& problems);

}  // namespace postern::proxy
