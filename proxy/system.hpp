// The process towards its operating system: privileges, systemd.

#pragma once

#include "net/result.hpp"
#include "proxy/gateway.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::proxy {

// No core dumps, no reading of our memory by others of the same user, no new privileges; files that
// are made are nobody else's business; a broken pipe is an error, not a death.
void harden();

// Becomes that user, if the process runs as root; sockets are open by then. An error if it cannot
// be done: nothing may be served with more rights than needed.
[[nodiscard]] net::Result<> drop_privileges(const std::string& user);

// Tells systemd (sd_notify(3)): "READY=1", "RELOADING=1", "STOPPING=1", "WATCHDOG=1". Without
// NOTIFY_SOCKET nothing happens.
void notify(std::string_view state);

// The sockets that systemd opened for us (sd_listen_fds_with_names(3)); the variables are taken out
// of the environment.
[[nodiscard]] std::vector<InheritedSocket> inherited_sockets();

}  // namespace postern::proxy
