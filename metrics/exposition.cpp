// The only file that includes prometheus-cpp. Its registry and its metric classes are not used:
// they lock. Its text serializer is given families made from the Recorders at each scrape.

#include "metrics/exposition.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <cstdint>
#include <span>
#include <utility>

namespace postern::metrics {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using Digits = std::array<std::uint32_t, kLabelsMax>;

constexpr double kPerSecond = 1e9;  // we divide: times 1e-9, a bound of 0.0025 would not print so

prometheus::MetricType type_of(Kind kind) {
  switch (kind) {
    case Kind::Counter:
      return prometheus::MetricType::Counter;
    case Kind::Gauge:
      return prometheus::MetricType::Gauge;
    case Kind::Histogram:
      return prometheus::MetricType::Histogram;
  }
  std::unreachable();
}

double unit_of(const Family& family) {
  return family.measure == Measure::Seconds ? kPerSecond : 1;
}

// The labels of a family's n-th series, as positions among the values of each label.
Digits digits_of(const Family& family, std::uint32_t series) {
  Digits digits{};
  const std::span<const LabelShape> labels = family.labels();
  for (std::size_t i = labels.size(); i-- > 0; series /= labels[i].size)
    digits.at(i) = series % labels[i].size;
  return digits;
}

// Knows which values of a label are shown, and their texts.
class Texts {
 public:
  Texts(const NameTables& names, const Family& family)
      : names_(names), family_(family), gauge_(family.kind == Kind::Gauge) {}

  [[nodiscard]] bool shown(const Digits& digits) const {
    for (std::size_t i = 0; i < family_.labels().size(); ++i) {
      if (!shown(digits, i)) return false;
    }
    return true;
  }

  [[nodiscard]] std::string text(const Digits& digits, std::size_t label) const {
    const std::uint32_t digit = digits.at(label);
    const LabelShape& shape = family_.labels()[label];
    switch (shape.source) {
      case Source::Fixed:
      case Source::Protocols:
        return std::string(shape.values[digit]);
      case Source::Listeners:
        return names_.listeners.entries[digit].name;
      case Source::Upstreams:
        return names_.upstreams.entries[digit].name;
      case Source::Certificates:
        return names_.certificates.entries[digit].name;
      case Source::Backends:
      case Source::Workers:
        return std::to_string(digit);
      case Source::Text:
        break;
    }
    std::unreachable();
  }

 private:
  [[nodiscard]] bool shown(const Digits& digits, std::size_t label) const {
    const std::uint32_t digit = digits.at(label);
    switch (family_.labels()[label].source) {
      case Source::Fixed:
        return true;
      case Source::Protocols:
        return (gauge_ ? names_.protocols : names_.protocols_ever)[digit];
      case Source::Listeners:
        return shown(names_.listeners, digit);
      case Source::Upstreams:
        return shown(names_.upstreams, digit);
      case Source::Certificates:
        return shown(names_.certificates, digit);
      case Source::Backends: {  // shown() has let the upstream before it pass
        const NameTable::Entry& upstream = names_.upstreams.entries[digits.at(label - 1)];
        return digit < (gauge_ ? upstream.backends : upstream.backends_max);
      }
      case Source::Workers:
        return digit < (gauge_ ? names_.workers : names_.workers_max);
      case Source::Text:
        return false;
    }
    std::unreachable();
  }

  [[nodiscard]] bool shown(const NameTable& table, std::uint32_t digit) const {
    return digit < table.entries.size() && (!gauge_ || table.entries[digit].configured);
  }

  const NameTables& names_;
  const Family& family_;
  bool gauge_;
};

std::uint64_t sum(const std::deque<Recorder>& recorders, std::size_t cell) {
  std::uint64_t total = 0;
  for (const Recorder& recorder : recorders)
    total += recorder.at(cell);
  return total;
}

double gauge(const std::deque<Recorder>& recorders, std::size_t cell, Merge merge) {
  const auto says_so = [cell](const Recorder& recorder) { return recorder.at(cell) != 0; };
  switch (merge) {
    case Merge::Sum:
      return static_cast<double>(static_cast<std::int64_t>(sum(recorders, cell)));
    case Merge::Any:
      return std::ranges::any_of(recorders, says_so) ? 1 : 0;
    case Merge::All:
      return std::ranges::all_of(recorders, says_so) ? 1 : 0;
  }
  std::unreachable();
}

// The count is the sum of the buckets that were read, so that the two agree in every scrape.
void fill_histogram(ClientMetric::Histogram& histogram,
                    const std::deque<Recorder>& recorders,
                    const Family& family,
                    std::size_t cell) {
  const double unit = unit_of(family);
  for (const std::int64_t bound : family.bounds) {
    histogram.sample_count += sum(recorders, cell++);
    histogram.bucket.push_back({.cumulative_count = histogram.sample_count,
                                .upper_bound = static_cast<double>(bound) / unit});
  }
  histogram.sample_count += sum(recorders, cell++);
  histogram.sample_sum = static_cast<double>(sum(recorders, cell)) / unit;
}

ClientMetric read(const std::deque<Recorder>& recorders, const Family& family, std::size_t cell) {
  ClientMetric metric;
  const double unit = unit_of(family);
  switch (family.kind) {
    case Kind::Counter:
      metric.counter.value = static_cast<double>(sum(recorders, cell)) / unit;
      break;
    case Kind::Gauge:
      metric.gauge.value = gauge(recorders, cell, family.merge);
      break;
    case Kind::Histogram:
      fill_histogram(metric.histogram, recorders, family, cell);
      break;
  }
  return metric;
}

MetricFamily head_of(const Family& family) {
  return {.name = std::string(family.name),
          .help = std::string(family.help),
          .type = type_of(family.kind),
          .metric = {}};
}

MetricFamily read_all(const std::deque<Recorder>& recorders,
                      const NameTables& names,
                      const Family& family) {
  MetricFamily all = head_of(family);
  const Texts texts(names, family);
  for (std::uint32_t series = 0; series < family.series(); ++series) {
    const Digits digits = digits_of(family, series);
    if (!texts.shown(digits)) continue;
    ClientMetric metric =
        read(recorders, family, family.first + std::size_t{series} * family.width());
    for (std::size_t i = 0; i < family.labels().size(); ++i)
      metric.label.push_back({std::string(family.labels()[i].key), texts.text(digits, i)});
    all.metric.push_back(std::move(metric));
  }
  return all;
}

MetricFamily read_info(const Family& family, const InfoTexts& infos) {
  MetricFamily all = head_of(family);
  const auto texts = infos.find(family.name);
  if (texts == infos.end()) return all;
  ClientMetric metric;
  metric.gauge.value = 1;
  for (std::size_t i = 0; i < family.labels().size(); ++i)
    metric.label.push_back({std::string(family.labels()[i].key), texts->second.at(i)});
  all.metric.push_back(std::move(metric));
  return all;
}

}  // namespace

std::string expose(const std::deque<Recorder>& recorders,
                   const NameTables& names,
                   const InfoTexts& infos) {
  std::vector<MetricFamily> families;
  for (const Family& family : kMetrics.families()) {
    const bool info = family.label_count > 0 && family.labels().front().source == Source::Text;
    MetricFamily all = info ? read_info(family, infos) : read_all(recorders, names, family);
    if (!all.metric.empty()) families.push_back(std::move(all));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace postern::metrics
