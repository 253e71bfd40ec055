// Not part of any program: a test asks the compiler about it. An event with a text in it compiles;
// with a Secret in the same place (SECRET_FIELD) it does not (T-070).

#include "metrics/line.hpp"

namespace postern::metrics {

void add(Line& line, std::string_view text, const wire::Secret& secret) {
  line("password", text);
#ifdef SECRET_FIELD
  line("password", secret);
#else
  (void)secret;
#endif
}

}  // namespace postern::metrics
