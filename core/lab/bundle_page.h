#pragma once

namespace metamer {

// The files of the web page that a bundle holds.
extern const char *const kPageHtml;
extern const char *const kPageStyle;
extern const char *const kPageScript;

}  // namespace metamer
