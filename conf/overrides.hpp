// [pop3] as it holds for one session: built-in values, then [pop3], then what the upstream, the
// route and the listener set for themselves, in this order. The listener has the last word, because
// it is made for a kind of client.

#pragma once

#include "conf/settings.hpp"

namespace postern::conf {

// Puts the assigned values upon `pop3`.
void apply(const Pop3Assignments& assignments, Pop3& pop3);

// Before login a session knows its listener only; upstream and route are null then.
Pop3 effective_pop3(const Settings& settings,
                    const Listener& listener,
                    const Upstream* upstream,
                    const Route* route);

}  // namespace postern::conf
