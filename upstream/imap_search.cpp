// Searching by UID. Servers with ESEARCH answer in ranges; either form of answer is understood to
// either question.

#include "upstream/imap_search.hpp"

#include "wire/imap_command.hpp"

#include <string>
#include <utility>

namespace postern::upstream {

using net::Deadline;
using net::Task;
using wire::UidSet;
using wire::imap::SearchReturn;

namespace {

class Hits final : public Ear {
 public:
  UidSet uids;
  bool told = false;  // anything, be it that there are none

 private:
  void hear(const wire::imap::Response& response) override {
    if (const auto* search = std::get_if<wire::imap::Search>(&response)) {
      told = true;
      for (const wire::UidRange range : search->uids.ranges())
        uids.add(range);
    } else if (const auto* esearch = std::get_if<wire::imap::Esearch>(&response)) {
      told = true;
      for (const wire::UidRange range : esearch->all.ranges())
        uids.add(range);
    }
  }
};

SearchReturn best_return(const ImapLink& link) {
  const bool esearch = link.capabilities().has(wire::imap::Capability::Esearch);
  return esearch ? SearchReturn::All : SearchReturn::Plain;
}

Task<> search(ImapLink& link, std::string tag, std::string command, Hits& hits, Deadline deadline) {
  hits.told = false;
  co_await link.send(command, deadline);
  const ImapAnswer answer = co_await link.conclude(tag, &hits, deadline);
  // "None" is said in words (RFC 3501, section 6.4.4): OK alone proves nothing.
  if (answer.ok() && hits.told) co_return;
  co_await net::fail(net::Kind::Unavailable, net::Origin::Upstream, "search: " + describe(answer));
}

}  // namespace

Task<UidSet> search_uids(ImapLink& link,
                         const std::vector<wire::Uid>& uids,
                         const std::vector<wire::Uid>& existing,
                         Deadline deadline) {
  Hits hits;
  for (const std::string& set : wire::compose_sets(uids, existing)) {
    std::string tag = link.begin(metrics::UpstreamCommand::Other);
    std::string command = wire::imap::uid_search_uids(tag, best_return(link), set);
    co_await search(link, std::move(tag), std::move(command), hits, deadline);
  }
  co_return std::move(hits.uids);
}

namespace {

Task<UidSet> search_by(ImapLink& link, std::string criterion, Deadline deadline) {
  Hits hits;
  std::string tag = link.begin(metrics::UpstreamCommand::Other);
  std::string command = wire::imap::uid_search(tag, best_return(link), criterion);
  co_await search(link, std::move(tag), std::move(command), hits, deadline);
  co_return std::move(hits.uids);
}

}  // namespace

Task<UidSet> search_deleted(ImapLink& link, Deadline deadline) {
  return search_by(link, std::string(wire::imap::kDeletedMessages), deadline);
}

Task<UidSet> search_message_id(ImapLink& link,
                               const std::string& message_id,
                               std::int64_t unix_time,
                               Deadline deadline) {
  return search_by(link, wire::imap::with_message_id(message_id, unix_time), deadline);
}

}  // namespace postern::upstream
