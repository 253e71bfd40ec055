// The rows of [submission].

#include "conf/schema.hpp"
#include "conf/schema_rows.hpp"

#include <algorithm>
#include <string_view>

namespace postern::conf {

namespace {

std::string_view refuse_extension(std::string_view text) {
  constexpr auto kKnown = words("DSN", "DELIVERBY", "FUTURERELEASE", "MT-PRIORITY", "REQUIRETLS");
  constexpr std::string_view kHint =
      R"(write "DSN", "DELIVERBY", "FUTURERELEASE", "MT-PRIORITY" or "REQUIRETLS")";
  return std::ranges::find(kKnown, text) == kKnown.end() ? kHint : std::string_view{};
}

// clang-format off: a table is read by its rows, key first, help below.

constexpr Setting<Submission> kSubmission[] = {
    {"auth", at<&Submission::auth>(), any(),
     "who judges a login: the submission server, or an IMAP server, whereafter we vouch for it"},
    {"pop_window", at<&Submission::pop_window>(), between(1s, 24h),
     "pop_before_smtp: how long an address may send after a login by POP3 or IMAP"},
    {"pop_rate", at<&Submission::pop_rate>(), any(),
     "pop_before_smtp: messages of one account from one address"},
    {"cgnat_networks", at<&Submission::cgnat_networks>(), any(),
     "pop_before_smtp: no login from here counts, since many share an address"},
    {"sender", at<&Submission::sender>(), any(),
     "whom MAIL may name: anybody, or only the user who logged in"},
    {"max_size", at<&Submission::max_size>(), between(1_KiB, 1_GiB),
     "the largest message; less if the submission server takes less"},
    {"max_rcpt", at<&Submission::max_rcpt>(), between(1, 100'000),
     "recipients of one message (RFC 5321 demands 100)"},
    {"extensions", at<&Submission::extensions>(), text(refuse_extension),
     "what is passed on besides 8BITMIME and SMTPUTF8, if the submission server has it"},
    {"old_auth", at<&Submission::old_auth>(), any(),
     R"(offer "AUTH=" as well, for clients older than the standard)"},
    {"lenient", at<&Submission::lenient>(), any(),
     "forgive blanks around addresses, and addresses without brackets"},
    {"bare_newline", at<&Submission::bare_newline>(), any(),
     "a CR or LF alone in a message becomes a line end, or the message is refused"},
    {"lf_eod_networks", at<&Submission::lf_eod_networks>(), any(),
     "devices from here may end a message by LF . LF"},
    {"received", at<&Submission::received>(), any(),
     "add a Received field: if the submission server does not learn of the client, always, never"},
    {"received_client_ip", at<&Submission::received_client_ip>(), any(),
     "show the client's address in that field, or hide it"},
    {"save_sent", at<&Submission::save_sent>(), any(),
     "put a copy of what was sent into the user's mailbox for sent mail"},
    {"save_sent_pause", at<&Submission::save_sent_pause>(), between(10ms, 1h),
     "a copy that failed is tried again after this, and once more after four times this"},
    {"spool_max", at<&Submission::spool_max>(), between(1_MiB, 1024_GiB),
     "octets of all copies on their way; beyond it mail is sent without a copy"},
    {"idle_timeout", at<&Submission::idle_timeout>(), between(10ms, 24h),
     "a silent session ends (RFC 5321 demands 5 minutes)"},
    {"bad_commands", at<&Submission::bad_commands>(), between(1, 10'000),
     "bad commands in a row that end a session"},
    {"profile_ttl", at<&Submission::profile_ttl>(), a_wait(),
     "how long it is believed what a submission server said it can do"},
};

// clang-format on

}  // namespace

template <>
std::span<const Setting<Submission>> settings_of<Submission>() {
  return kSubmission;
}

}  // namespace postern::conf
