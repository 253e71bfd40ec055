// Words, strings, literals, lists, sets.

#include "tests/support/mail_command.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace postern::test {

namespace {

std::optional<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }

  bool skip_blank() {
    if (at_end() || text_[at_] != ' ') return false;
    ++at_;
    return true;
  }

  std::optional<MailWord> word() {
    if (at_end()) return std::nullopt;
    if (text_[at_] == '"') return quoted();
    if (text_[at_] == '{') return literal();
    if (text_[at_] == '(') return list();
    return atom();
  }

 private:
  std::optional<MailWord> quoted() {
    MailWord word;
    for (++at_; !at_end(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return word;
      }
      if (text_[at_] == '\\') ++at_;
      if (!at_end()) word.text += text_[at_];
    }
    return std::nullopt;
  }

  std::optional<MailWord> literal() {
    const std::size_t end = text_.find("}\r\n", at_);
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view digits = text_.substr(at_ + 1, end - at_ - 1);
    if (digits.ends_with('+')) digits.remove_suffix(1);
    const auto octets = number_of(digits);
    if (!octets || *octets > text_.size() - end - 3) return std::nullopt;
    MailWord word{.text = std::string(text_.substr(end + 3, *octets))};
    at_ = end + 3 + *octets;
    return word;
  }

  std::optional<MailWord> list() {
    const std::size_t begin = at_++;
    MailWord list{.text = {}, .is_list = true};
    while (!at_end() && text_[at_] != ')') {
      if (!list.items.empty() && !skip_blank()) return std::nullopt;
      auto item = word();
      if (!item) return std::nullopt;
      list.items.push_back(std::move(*item));
    }
    if (at_end()) return std::nullopt;
    ++at_;
    list.text = text_.substr(begin, at_ - begin);
    return list;
  }

  // Brackets belong to a word: BODY.PEEK[HEADER.FIELDS (X-UIDL)]<0.100>.
  std::optional<MailWord> atom() {
    MailWord word;
    int depth = 0;
    for (; !at_end(); ++at_) {
      const char octet = text_[at_];
      if (depth == 0 && (octet == ' ' || octet == ')' || octet == '(')) break;
      if (octet == '[') ++depth;
      if (octet == ']') --depth;
      word.text += octet;
    }
    if (word.text.empty()) return std::nullopt;
    return word;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char octet) {
    return static_cast<char>(std::toupper(octet));
  });
  return result;
}

std::optional<MailCommand> parse_mail_command(std::string_view text) {
  Reader reader(text);
  const auto tag = reader.word();
  if (!tag || !reader.skip_blank()) return std::nullopt;
  const auto name = reader.word();
  if (!name) return std::nullopt;
  MailCommand command{.tag = tag->text, .name = upper(name->text), .arguments = {}};
  while (!reader.at_end()) {
    if (!reader.skip_blank()) return std::nullopt;
    auto word = reader.word();
    if (!word) return std::nullopt;
    command.arguments.push_back(std::move(*word));
  }
  if (command.name == "UID" && !command.arguments.empty()) {
    command.name += " " + upper(command.arguments.front().text);
    command.arguments.erase(command.arguments.begin());
  }
  return command;
}

std::optional<MailLiteral> announced_mail_literal(std::string_view line) {
  if (!line.ends_with('}')) return std::nullopt;
  const std::size_t begin = line.rfind('{');
  if (begin == std::string_view::npos) return std::nullopt;
  std::string_view digits = line.substr(begin + 1, line.size() - begin - 2);
  MailLiteral literal;
  if (digits.ends_with('+')) {
    literal.waits = false;
    digits.remove_suffix(1);
  }
  const auto octets = number_of(digits);
  if (!octets) return std::nullopt;
  literal.octets = *octets;
  return literal;
}

std::optional<NumberRanges> parse_number_set(std::string_view text, std::uint32_t last) {
  NumberRanges ranges;
  const auto end_of = [last](std::string_view number) {
    return number == "*" ? std::optional(last) : number_of(number);
  };
  while (true) {
    const std::string_view part = text.substr(0, text.find(','));
    const std::size_t colon = part.find(':');
    const auto first = end_of(part.substr(0, colon));
    const auto second = colon == std::string_view::npos ? first : end_of(part.substr(colon + 1));
    if (!first || !second) return std::nullopt;
    ranges.emplace_back(std::min(*first, *second), std::max(*first, *second));
    if (part.size() == text.size()) return ranges;
    text.remove_prefix(part.size() + 1);
  }
}

bool is_in(const NumberRanges& ranges, std::uint32_t number) {
  return std::ranges::any_of(ranges, [number](const auto& range) {
    return range.first <= number && number <= range.second;
  });
}

}  // namespace postern::test
