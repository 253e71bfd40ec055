// Looking for a mailbox by its use.

#include "upstream/imap_special.hpp"

#include "wire/ascii.hpp"
#include "wire/imap_command.hpp"
#include "wire/imap_response.hpp"

#include <utility>

namespace postern::upstream {

using metrics::UpstreamCommand;
using net::Deadline;
using net::Task;
using wire::imap::Capability;
using wire::imap::ListForm;

namespace {

class Mailboxes final : public Ear {
 public:
  explicit Mailboxes(SpecialUse use) : use_(use) {}

  std::string used;   // by attribute
  std::string named;  // by name, if `wanted` is set
  std::string wanted;
  std::string prefix;  // of the personal namespace

  [[nodiscard]] const std::string& best() const { return used.empty() ? named : used; }

 private:
  void hear(const wire::imap::Response& response) override {
    if (const auto* list = std::get_if<wire::imap::List>(&response)) {
      if (wire::imap::has_flag(list->attributes, use_.attribute)) used = list->mailbox;
      if (list->mailbox == wanted) named = list->mailbox;
    } else if (const auto* names = std::get_if<wire::imap::Namespace>(&response)) {
      prefix = names->prefix.value_or("");
    }
  }

  SpecialUse use_;
};

Task<> ask(ImapLink& link, std::string tag, std::string command, Ear& ear, Deadline deadline) {
  co_await link.send(command, deadline);
  (void)co_await link.conclude(tag, &ear, deadline);  // what was heard decides
}

ListForm form_for(wire::imap::Capabilities known) {
  if (known.has(Capability::SpecialUse) && known.has(Capability::ListExtended)) {
    return ListForm::ReturnSpecialUse;
  }
  return known.has(Capability::XList) ? ListForm::XList : ListForm::All;
}

Task<> list_all(ImapLink& link, Mailboxes& found, Deadline deadline) {
  std::string tag = link.begin(UpstreamCommand::List);
  std::string command = wire::imap::list(tag, form_for(link.capabilities()));
  co_await ask(link, std::move(tag), std::move(command), found, deadline);
}

}  // namespace

Task<std::string> find_special(ImapLink& link, SpecialUse use, Deadline deadline) {
  Mailboxes found(use);
  if (link.capabilities().has(Capability::Namespace)) {
    std::string tag = link.begin(UpstreamCommand::Other);
    std::string command = wire::imap::plain(tag, wire::imap::Plain::Namespace);
    co_await ask(link, std::move(tag), std::move(command), found, deadline);
  }
  found.wanted = found.prefix + std::string(use.name);
  co_await list_all(link, found, deadline);
  if (!found.best().empty()) co_return found.best();
  if (co_await create_mailbox(link, found.wanted, deadline)) co_return found.wanted;
  // Another connection may have made it meanwhile, and not every server says so (RFC 5530).
  co_await list_all(link, found, deadline);
  if (found.best().empty()) {
    co_await net::fail(
        net::Kind::Denied, net::Origin::Upstream, "no such mailbox, and none can be made");
  }
  co_return found.best();
}

Task<bool> create_mailbox(ImapLink& link, std::string name, Deadline deadline) {
  const std::string tag = link.begin(UpstreamCommand::Other);
  const auto parts = wire::imap::create(tag, name, wire::imap::Literals::Synchronizing);
  if (!parts || parts->size() != 1) co_return false;
  co_await link.send(parts->front().reveal(), deadline);
  const ImapAnswer answer = co_await link.conclude(tag, nullptr, deadline);
  co_return answer.ok() || answer.has_code("ALREADYEXISTS");
}

}  // namespace postern::upstream
