// One FETCH for each set; bodies as they are announced.

#include "upstream/imap_headers.hpp"

#include "wire/imap_command.hpp"
#include "wire/uid_set.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace postern::upstream {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using wire::imap::Body;

namespace {

std::string_view items_of(HeaderPart part) {
  switch (part) {
    case HeaderPart::Whole:
      return wire::imap::kHeaderItems;
    case HeaderPart::Uidl:
      return wire::imap::kUidlItems;
    case HeaderPart::Identity:
      break;
  }
  return wire::imap::kIdentityItems;
}

std::string hexadecimal(std::uint64_t number) {
  std::array<char, 16> digits{};
  return {digits.data(),
          std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr};
}

// Headers that come as quoted strings.
class InlineHeaders final : public Ear {
 public:
  explicit InlineHeaders(std::vector<FetchedHeader>& headers) : headers_(headers) {}

 private:
  void hear(const wire::imap::Response& response) override {
    const auto* fetch = std::get_if<wire::imap::Fetch>(&response);
    if (fetch == nullptr || !fetch->uid || fetch->body.form != Body::Form::Inline) return;
    headers_.push_back({.uid = *fetch->uid, .octets = fetch->body.string.text()});
  }

  std::vector<FetchedHeader>& headers_;
};

// What servers call messages.
class Names final : public Ear {
 public:
  explicit Names(NamedBy by) : by_(by) {}

  std::vector<FetchedName> names;

 private:
  void hear(const wire::imap::Response& response) override {
    const auto* fetch = std::get_if<wire::imap::Fetch>(&response);
    if (fetch == nullptr || !fetch->uid) return;
    if (by_ == NamedBy::EmailId && !fetch->email_id.empty()) {
      names.push_back({.uid = *fetch->uid, .text = std::string(fetch->email_id)});
    }
    if (by_ == NamedBy::GmailId && fetch->gmail_id) {
      names.push_back({.uid = *fetch->uid, .text = hexadecimal(*fetch->gmail_id)});
    }
  }

  NamedBy by_;
};

// The octets of the body that was announced, and whose they are; nothing if that is not said, or
// they are too many.
Task<std::optional<FetchedHeader>> take_body(ImapLink& link, net::Idle patience) {
  std::optional<wire::Uid> uid = link.body_head().uid;
  const bool fits = link.body_octets_left() <= kHeaderOctetsMax;
  std::string octets;
  while (link.body_octets_left() > 0) {
    const std::string_view some = co_await link.body_octets(patience);
    link.body_taken(some.size());
    if (fits) octets.append(some);
  }
  const auto told_late = co_await link.end_of_body(patience);
  if (!uid) uid = told_late;
  if (!uid || !fits) co_return std::nullopt;
  co_return FetchedHeader{.uid = *uid, .octets = std::move(octets)};
}

template <class Heard>
void sort_and_keep_asked(std::vector<Heard>& heard, std::vector<wire::Uid> asked) {
  std::ranges::sort(heard, {}, &Heard::uid);
  const auto again = std::ranges::unique(heard, {}, &Heard::uid);
  heard.erase(again.begin(), again.end());
  std::erase_if(
      heard, [&asked](const Heard& each) { return !std::ranges::binary_search(asked, each.uid); });
}

}  // namespace

Task<std::vector<FetchedHeader>> fetch_headers(ImapLink& link,
                                               std::vector<wire::Uid> uids,
                                               const std::vector<wire::Uid>& existing,
                                               HeaderPart part) {
  const net::Idle patience{link.settings().body_idle};
  std::vector<FetchedHeader> headers;
  InlineHeaders ear(headers);
  for (const std::string& set : wire::compose_sets(uids, existing)) {
    const std::string tag = link.begin(metrics::UpstreamCommand::FetchHead);
    const std::string command = wire::imap::uid_fetch(tag, set, items_of(part));
    co_await link.send(command, patience);
    while (co_await link.until_body(tag, &ear, patience)) {
      auto header = co_await take_body(link, patience);
      if (header) headers.push_back(std::move(*header));
    }
    const ImapAnswer answer = co_await link.conclude(tag, &ear, patience);
    if (!answer.ok()) {
      co_await fail(Kind::Unavailable, Origin::Upstream, "headers: " + describe(answer));
    }
  }
  sort_and_keep_asked(headers, std::move(uids));
  co_return headers;
}

Task<std::vector<FetchedName>> fetch_names(ImapLink& link,
                                           std::vector<wire::Uid> uids,
                                           const std::vector<wire::Uid>& existing,
                                           NamedBy by) {
  const net::Idle patience{link.settings().load_idle};
  Names ear(by);
  for (const std::string& set : wire::compose_sets(uids, existing)) {
    const std::string tag = link.begin(metrics::UpstreamCommand::FetchTable);
    const std::string_view items =
        by == NamedBy::EmailId ? wire::imap::kEmailIdItems : wire::imap::kGmailIdItems;
    const std::string command = wire::imap::uid_fetch(tag, set, items);
    co_await link.send(command, patience);
    const ImapAnswer answer = co_await link.conclude(tag, &ear, patience);
    if (!answer.ok()) {
      co_await fail(Kind::Unavailable, Origin::Upstream, "names of messages: " + describe(answer));
    }
  }
  sort_and_keep_asked(ear.names, std::move(uids));
  co_return std::move(ear.names);
}

}  // namespace postern::upstream
