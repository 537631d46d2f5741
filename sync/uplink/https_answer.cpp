#include "sync/uplink/https_answer.h"

#include <algorithm>

#include "agent/core/text.h"
#include "sync/uplink/retry_after.h"

namespace vitalgate::sync {
namespace {

using config::Acknowledge;

bool is_success(long status) { return status >= 200 && status < 300; }

// "text/html; charset=utf-8" is "text/html".
bool has_type(std::string_view content_type, std::string_view wanted) {
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  return std::equal(type.begin(), type.end(), wanted.begin(), wanted.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

BatchProblem problem_of(long status) {
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return BatchProblem::content;
    case 408:
    case 409:  // without an answer: the same batch is being worked on
    case 421:
    case 425:
    case 429:
      return BatchProblem::busy;
    default:
      return status >= 500 ? BatchProblem::busy : BatchProblem::unauthorised;
  }
}

std::string_view phrase_of(long status) {
  switch (status) {
    case 400:
      return "the request is not understood";
    case 401:
      return "who we are is not accepted";
    case 403:
      return "this gateway may not upload";
    case 404:
      return "there is no such path";
    case 405:
      return "nothing can be uploaded to this path";
    case 408:
      return "the upload took too long";
    case 413:
      return "the batch is too large";
    case 415:
      return "the content type or its compression is not supported";
    case 422:
      return "the content is not accepted";
    case 429:
      return "too many requests";
    case 502:
    case 504:
      return "the server behind it does not answer";
    case 503:
      return "overloaded or under maintenance";
    default:
      if (status >= 300 && status < 400) return "a redirect, which is not followed";
      return status >= 500 ? "an error of the server" : "the request is refused";
  }
}

std::string hint_of(long status) {
  switch (status) {
    case 401:
      return "check destination.username and password, or the gateway's certificate, with the "
             "hub's "
             "operator";
    case 403:
      return "ask the hub's operator whether this gateway may upload";
    case 404:
    case 405:
      return "check destination.host and https_path: batches go to HTTPS_PATH/v1/batches";
    case 415:
      return "set destination.compression = \"none\" if the hub cannot unpack";
    default:
      if (status >= 300 && status < 400)
        return "set destination.host and https_path to where the hub really is";
      if (problem_of(status) == BatchProblem::busy) return "sent again by itself";
      return "ask the hub's operator what it refuses";
  }
}

TransportRefused refusal(const HttpResponse& response, WallTime now) {
  const long status = response.status;
  std::string what = "the hub answers " + std::to_string(status) + " (";
  const std::string words = has_type(response.content_type, "application/problem+json")
                                ? problem_words(response.body)
                                : std::string();
  what.append(words.empty() ? phrase_of(status) : words).append(")");
  const BatchProblem problem = problem_of(status);
  return {.key = {},
          .problem = problem,
          .what = std::move(what),
          .hint = hint_of(status),
          .retry_after = problem == BatchProblem::content
                             ? std::nullopt
                             : retry_after(response.retry_after, response.date, now)};
}

// Somebody else answered: a captive portal, a web server. What it says counts for nothing.
TransportRefused not_the_hub(long status) {
  return {.key = {},
          .problem = BatchProblem::unauthorised,
          .what = "a web page answers instead of the hub (" + std::to_string(status) +
                  " with text/html)",
          .hint =
              "check destination.host, port and https_path; a proxy or a login page of the "
              "network may be in between"};
}

Error unreadable(long status, std::string_view why) {
  return {Errc::malformed,
          std::string("the hub answers ")
              .append(std::to_string(status))
              .append(" and does not say what it stored: ")
              .append(why),
          "check destination.host and https_path; for a receiver that never says so set "
          "destination.acknowledge = \"transport\""};
}

}  // namespace

HttpsMeaning meaning_of(const HttpResponse& response, Acknowledge acknowledge, WallTime now) {
  const bool success = is_success(response.status);
  if (success && has_type(response.content_type, "text/html")) return not_the_hub(response.status);
  if (!success && response.status != 409) return refusal(response, now);

  HttpsTook took;
  if (success && acknowledge == Acknowledge::transport) return took;
  if (response.is_cut) {
    took.unreadable = unreadable(response.status, "its answer is too large");
    return success ? HttpsMeaning(std::move(took)) : refusal(response, now);
  }
  auto answer = parse_hub_answer(response.body);
  if (answer) {
    took.answer = *std::move(answer);
    return took;
  }
  if (!success) return refusal(response, now);
  took.unreadable = unreadable(response.status,
                               response.body.empty() ? "its answer is empty" : answer.error().what);
  return took;
}

}  // namespace vitalgate::sync
