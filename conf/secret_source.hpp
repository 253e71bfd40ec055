// Secrets of the configuration: where they come from, loaded into a Secret at once.
//
//   password = { file = "/etc/postern/relay.password" }   one line, not readable by others
//   password = { credential = "relay" }                   a file that systemd hands over
//   password = { env = "RELAY_PASSWORD" }                 warned about: others may see it
//   password = "hunter2"                                  warned about: files get copied
//
// No message and no dump ever shows the secret itself.

#pragma once

#include "conf/codec.hpp"
#include "wire/secret.hpp"

#include <string>

namespace postern::conf {

// `source` becomes what dump() shows: the table as written, or "***" for text. Without a look at
// the disk (Reading::looks_at_disk) only text yields a secret; the others stay empty.
bool read_secret(const Input& in, wire::Secret& secret, std::string& source);

}  // namespace postern::conf
