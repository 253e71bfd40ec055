// See imap_command.hpp.

#include "wire/imap_command.hpp"

#include "wire/ascii.hpp"
#include "wire/date.hpp"

#include <algorithm>

namespace postern::wire::imap {

namespace {

constexpr std::string_view kNeverInFlags = " (){%*\"\\]";

bool is_flag(std::string_view flag) {
  if (flag.starts_with('\\')) flag.remove_prefix(1);
  return !flag.empty() && std::ranges::all_of(flag, [](char octet) {
    return is_printable(octet) && !kNeverInFlags.contains(octet);
  });
}

std::string known_state(const KnownState& known) {
  std::string text = "(QRESYNC (";
  append_number(text, raw(known.uid_validity));
  text.push_back(' ');
  append_number(text, known.modseq);
  if (!known.uids.empty()) text.append(" ").append(known.uids);
  if (!known.matched_uids.empty()) {
    text.append(" (").append(known.matched_sequences).append(" ");
    text.append(known.matched_uids).append(")");
  }
  return text.append("))");
}

std::string_view search_verb(SearchReturn answer) {
  switch (answer) {
    case SearchReturn::Plain:
      return "UID SEARCH";
    case SearchReturn::All:
      return "UID SEARCH RETURN (ALL)";
    case SearchReturn::AllAndCount:
      return "UID SEARCH RETURN (ALL COUNT)";
  }
  return {};
}

}  // namespace

std::optional<Parts> open(std::string_view tag,
                          OpenFor purpose,
                          std::string_view mailbox,
                          const std::optional<KnownState>& known,
                          Literals literals) {
  if (!can_be_written(mailbox)) return std::nullopt;
  const std::string state = known ? known_state(*known) : "";
  PartWriter writer(tag.size() + mailbox.size() + state.size(), literals);
  writer.word(tag).word(purpose == OpenFor::Reading ? "EXAMINE" : "SELECT").string(mailbox);
  if (known) writer.word(state);
  return writer.finish();
}

std::optional<Parts> create(std::string_view tag, std::string_view mailbox, Literals literals) {
  if (!can_be_written(mailbox)) return std::nullopt;
  PartWriter writer(tag.size() + mailbox.size(), literals);
  return writer.word(tag).word("CREATE").string(mailbox).finish();
}

std::string list(std::string_view tag, ListForm form) {
  switch (form) {
    case ListForm::All:
      return command_line({tag, R"(LIST "" "*")"});
    case ListForm::SpecialUse:
      return command_line({tag, R"(LIST (SPECIAL-USE) "" "*")"});
    case ListForm::ReturnSpecialUse:
      return command_line({tag, R"(LIST "" "*" RETURN (SPECIAL-USE))"});
    case ListForm::XList:
      return command_line({tag, R"(XLIST "" "*")"});
  }
  return {};
}

std::string uid_fetch(std::string_view tag, std::string_view uids, std::string_view items) {
  return command_line({tag, "UID FETCH", uids, items});
}

std::string uid_fetch_changed(std::string_view tag,
                              std::string_view uids,
                              std::string_view items,
                              std::uint64_t since_modseq) {
  std::string modifier = "(CHANGEDSINCE ";
  append_number(modifier, since_modseq);
  return command_line({tag, "UID FETCH", uids, items, modifier.append(")")});
}

std::string uid_fetch_part(std::string_view tag,
                           Uid uid,
                           std::uint64_t origin,
                           std::uint64_t octets) {
  std::string uids;
  append_number(uids, raw(uid));
  std::string items = "(UID BODY.PEEK[]<";
  append_number(items, origin);
  items.push_back('.');
  append_number(items, octets);
  return uid_fetch(tag, uids, items.append(">)"));
}

std::string fetch(std::string_view tag, std::string_view sequences, std::string_view items) {
  return command_line({tag, "FETCH", sequences, items});
}

std::optional<std::string> uid_store(std::string_view tag,
                                     std::string_view uids,
                                     FlagChange change,
                                     std::string_view flag) {
  if (!is_flag(flag)) return std::nullopt;
  const std::string_view item = change == FlagChange::Add ? "+FLAGS.SILENT" : "-FLAGS.SILENT";
  return command_line({tag, "UID STORE", uids, item, std::string("(").append(flag).append(")")});
}

std::optional<Parts> uid_transfer(std::string_view tag,
                                  Transfer transfer,
                                  std::string_view uids,
                                  std::string_view mailbox,
                                  Literals literals) {
  if (!can_be_written(mailbox)) return std::nullopt;
  PartWriter writer(tag.size() + uids.size() + mailbox.size(), literals);
  writer.word(tag).word(transfer == Transfer::Move ? "UID MOVE" : "UID COPY");
  return writer.word(uids).string(mailbox).finish();
}

std::optional<Parts> append_head(std::string_view tag,
                                 std::string_view mailbox,
                                 std::string_view flags,
                                 std::int64_t unix_time,
                                 std::uint64_t octets,
                                 bool waits) {
  if (!can_be_written(mailbox)) return std::nullopt;
  const std::string date = "\"" + imap_date_time(unix_time) + "\"";
  std::string announced = "{";
  append_number(announced, octets);
  announced.append(waits ? "}" : "+}");
  PartWriter writer(tag.size() + mailbox.size() + flags.size() + date.size() + announced.size(),
                    Literals::Synchronizing);
  writer.word(tag).word("APPEND").string(mailbox);
  return writer.word(flags).word(date).word(announced).finish();
}

std::string uid_expunge(std::string_view tag, std::string_view uids) {
  return command_line({tag, "UID EXPUNGE", uids});
}

std::string uid_search(std::string_view tag, SearchReturn answer, std::string_view criterion) {
  return command_line({tag, search_verb(answer), criterion});
}

std::string uid_search_uids(std::string_view tag, SearchReturn answer, std::string_view uids) {
  return command_line({tag, search_verb(answer), "UID", uids});
}

std::string with_message_id(std::string_view message_id, std::int64_t unix_time) {
  constexpr std::int64_t kDay = 86'400;
  std::string text = "HEADER Message-ID ";
  append_quoted(text, message_id);
  return text.append(" SINCE ").append(imap_date(unix_time - kDay));
}

std::string plain(std::string_view tag, Plain command) {
  switch (command) {
    case Plain::Capability:
      return command_line({tag, "CAPABILITY"});
    case Plain::StartTls:
      return command_line({tag, "STARTTLS"});
    case Plain::Namespace:
      return command_line({tag, "NAMESPACE"});
    case Plain::Expunge:
      return command_line({tag, "EXPUNGE"});
    case Plain::Noop:
      return command_line({tag, "NOOP"});
    case Plain::Logout:
      return command_line({tag, "LOGOUT"});
  }
  return {};
}

}  // namespace postern::wire::imap
