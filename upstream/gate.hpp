// The way to one upstream as one worker sees it, whatever is spoken there: its addresses and how
// they are, how many may be on their way in, and a connection on which somebody may log in.
//
// An address that does not answer makes way for the next at once, a sick one is left alone for a
// while (Breaker), and no more logins are under way at a time than the upstream can bear. What is
// said on a fresh connection is the business of the protocol's Reception.

#pragma once

#include "conf/settings.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/recorder.hpp"
#include "net/dialer.hpp"
#include "net/random.hpp"
#include "net/slots.hpp"
#include "net/tls_context.hpp"
#include "upstream/breaker.hpp"
#include "upstream/caller.hpp"
#include "upstream/passage.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::upstream {

// Where this very process listens: connecting there would be a loop.
class OwnAddresses {
 public:
  OwnAddresses() = default;

  // With a word that stands in the IMAP greetings of this process and in no others.
  explicit OwnAddresses(std::string mark) : mark_(std::move(mark)) {}

  [[nodiscard]] const std::string& mark() const { return mark_; }

  void add(const net::Address& address) { addresses_.push_back(address); }

  // Whether the far end of a fresh connection is one of ours. A listener on all addresses is known
  // by its port, on a connection that does not leave this machine.
  [[nodiscard]] bool has(const net::Address& peer, const net::Address& local) const;

  // Whether that greeting is our own: it came back by a way that its addresses do not show.
  [[nodiscard]] bool says(std::string_view greeting) const {
    return !mark_.empty() && greeting.contains(mark_);
  }

 private:
  std::string mark_;
  std::vector<net::Address> addresses_;
};

// What an upstream takes from its worker.
struct Surroundings {
  net::Loop& loop;
  net::Dialer& dialer;
  net::Random& random;
  metrics::Recorder& recorder;
  const OwnAddresses& own;
};

// What a protocol says on a fresh connection. Each address that is tried begins anew with take().
class Reception {
 public:
  // A link of the protocol's own over the connection; the stream stays where it is from now on.
  virtual net::Stream& take(net::Stream stream, const LinkContext& context) = 0;

  // The server's first words.
  virtual net::Task<> greet() = 0;

  // STARTTLS, where TLS does not come first. Answers false if it is to be done without; then TLS is
  // opportunistic. After true the link has forgotten what it was told in clear.
  virtual net::Task<bool> ask_for_tls() = 0;

 protected:
  ~Reception() = default;
};

class Gate {
 private:
  struct Address {
    std::string host;
    std::uint16_t port;
    Breaker breaker;
    metrics::Backend metric;
    std::size_t links = 0;
  };

 public:
  // One try at an address. The address is judged by how the try ends; one that ends without a word
  // does not keep others from probing.
  class Trial {
   public:
    Trial(Trial&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)), address_(other.address_) {}

    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;
    Trial& operator=(Trial&&) = delete;
    ~Trial();

    // Tells how the login went: null if well.
    void login_ended(const net::Error* error, metrics::SessionLog& log);

    // Which of the upstream's addresses it is, from zero.
    [[nodiscard]] std::size_t address() const { return static_cast<std::size_t>(address_->metric); }

   private:
    friend class Gate;

    Trial(Gate& gate, Address& address) : gate_(&gate), address_(&address) {}

    void failed(const net::Error& error, std::string_view stage, metrics::SessionLog& log);

    Gate* gate_;
    Address* address_;
  };

  // `tls` may be null if the settings say Off. `share` is how many workers there are: limits are
  // divided among them.
  Gate(const Surroundings& surroundings,
       const conf::Upstream& settings,
       metrics::Upstream metric,
       std::shared_ptr<const net::TlsContext> tls,
       unsigned share);

  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // A place among those who log in. Fails with Kind::Unavailable if there is none for too long.
  net::Task<net::Slot> take_slot();

  // Connects to the first address that answers, up to where somebody may log in: the reception has
  // the link then. One of them may be left out.
  net::Task<Trial> connect(const Caller& caller,
                           Reception& reception,
                           std::optional<std::size_t> but = {});

  // Whether any other address than that one may be tried.
  [[nodiscard]] bool has_other_than(std::size_t address) const;

  // Whether an error tells of the address rather than of the user or of us.
  [[nodiscard]] static bool blames_address(net::Kind kind);

  // How long a part of the way in took.
  void observe(metrics::ConnectPhase phase, net::Time since);

  // Counts that something is tried once more.
  void count_retry(metrics::RetryReason reason);

  // Counts that a session has a logged-in connection without one having been made for it.
  void count_reused();

  // "198.51.100.1:143, TLSv1.3, greeting": what was found at the far end of a fresh connection.
  [[nodiscard]] static std::string describe(const net::Stream& stream, std::string_view greeting);

  // Whether any address may be tried.
  [[nodiscard]] bool is_up() const;

  [[nodiscard]] const conf::Upstream& settings() const { return settings_; }

  [[nodiscard]] metrics::Upstream metric() const { return metric_; }

  [[nodiscard]] net::Loop& loop() const { return around_.loop; }

  [[nodiscard]] net::Random& random() const { return around_.random; }

  [[nodiscard]] const OwnAddresses& own() const { return around_.own; }

 private:
  net::Task<> connect_in_stages(Address& address,
                                const Caller& caller,
                                Reception& reception,
                                std::string_view& stage);
  net::Task<> shake_hands(net::Stream& stream);
  net::Task<> refuse_injection(net::Stream& stream, metrics::SessionLog& log);

  [[nodiscard]] std::vector<Address*> in_order(const std::string& user);
  void report(Address& address,
              const net::Error* error,
              std::string_view stage,
              metrics::SessionLog& log);
  void show_state(const Address& address);

  Surroundings around_;
  const conf::Upstream& settings_;
  metrics::Upstream metric_;
  std::shared_ptr<const net::TlsContext> tls_;
  net::Slots logins_;
  std::vector<Address> addresses_;
};

}  // namespace postern::upstream
