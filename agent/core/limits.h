// Every fixed bound of the agent, in one place (promise P10).
//
// A limit that a technician may choose is a setting and has its range in config/keys.cpp; these
// are the walls around them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace vitalgate::limits {

// Identifiers
inline constexpr std::size_t kIdLengthMax = 48;  // gateway, site, device, destination
inline constexpr std::uint64_t kSequenceMax = 999'999'999'999;  // 12 digits in a reading id

// Intake
inline constexpr std::size_t kDevicesMax = 64;
inline constexpr std::size_t kDeviceTablesMax = 512;  // columns, registers, sensors: each
inline constexpr std::size_t kDestinationsMax = 4;
inline constexpr std::size_t kReadingsPerArrivalMax = 256;
inline constexpr std::size_t kRawBytesMax = 64;          // contract: `raw`
inline constexpr std::size_t kTextValueBytesMax = 1024;  // contract: `value_text`
// What one source may have handed over before it is durable; then it stops reading its port.
inline constexpr std::size_t kOutstandingArrivalsMax = 64;
inline constexpr std::size_t kEventQueueLength = 1024;
// The same for a bridge, whose records are small and many: 2000 a second with a commit of 250 ms.
inline constexpr std::size_t kBridgeOutstandingMax = 512;

// Serial
inline constexpr std::size_t kSerialReadBytes = 4096;
inline constexpr std::size_t kFrameBytesMax = 4096;

// Messages of a network feed
inline constexpr std::size_t kMessageBytesMax = 1'048'576;
inline constexpr std::size_t kMessageSegmentsMax = 10'000;
inline constexpr std::size_t kFeedClientsMax = 8;
inline constexpr std::size_t kFeedRepeatsRemembered = 256;
inline constexpr auto kFeedIdleMax = std::chrono::minutes(15);

// Buffer
inline constexpr std::size_t kBatchReadingsMax = 1000;
inline constexpr std::size_t kBatchBytesMax = 1'000'000;
inline constexpr std::size_t kRowBytesMax = 8192;
inline constexpr std::size_t kCommitBytes = 32'768;  // commit at once above this
inline constexpr std::size_t kPurgeBatchesPerCommit = 256;
inline constexpr std::int64_t kQuarantineRowsMax = 100'000;
inline constexpr std::int64_t kWalBytesMax = 16'777'216;
inline constexpr std::size_t kUnpackedBytesMax = 2 * kBatchBytesMax;  // of a stored text
inline constexpr std::size_t kLossesMax = 100'000;  // ranges; beyond, neighbours are merged
inline constexpr std::int64_t kSegmentsPerKeyMax = 1 << 20;
inline constexpr auto kKeyAgeMax = std::chrono::hours(24 * 30);
inline constexpr auto kMarkInterval = std::chrono::seconds(1);
inline constexpr auto kSpaceCheckInterval = std::chrono::seconds(1);
inline constexpr auto kCheckpointDelayMax = std::chrono::seconds(5);
inline constexpr auto kStorageRetryDelay = std::chrono::seconds(1);

inline constexpr unsigned kStorageStrikesMax = 3;  // damages within kStableAfter, then the end
inline constexpr std::size_t kLossesShown = 5;     // in a status; all are in the log and declared

// Commands of a person, a piece at a time between the other work
inline constexpr std::size_t kVerifySegmentsPerStep = 32;
inline constexpr std::size_t kExportBytesPerStep = 65'536;
inline constexpr int kCompactPagesPerStep = 64;
inline constexpr std::size_t kMailboxBytesMax = 262'144;  // then the command waits for its reader
inline constexpr auto kCommandReaderDeadline = std::chrono::seconds(60);

// Delivery
inline constexpr std::size_t kWindowMax = 64;           // batches in flight
inline constexpr std::size_t kBacklogLookahead = 1024;  // waiting batches known in memory
inline constexpr std::size_t kAnswerBytesMax = 1'048'576;
inline constexpr std::size_t kAnswerRangesMax = 10'000;
inline constexpr std::size_t kAnswerDepthMax = 16;
inline constexpr auto kBackoffMin = std::chrono::seconds(1);
inline constexpr auto kBackoffMax = std::chrono::minutes(5);
inline constexpr auto kStableAfter = std::chrono::seconds(60);
inline constexpr auto kRetryAfterMax = std::chrono::hours(1);  // that a peer may ask for
inline constexpr auto kAlarmPauseMin = std::chrono::seconds(30);
inline constexpr auto kAlarmPauseMax = std::chrono::minutes(15);
inline constexpr std::size_t kPiecesInFlightMax = 2;  // of refused batches
// Readings that were refused while nothing was accepted: then the hub is doubted, not they.
inline constexpr std::size_t kRefusedReadingsHeldMax = 4;
inline constexpr auto kResolveDeadline = std::chrono::seconds(3);
inline constexpr auto kConnectDeadline = std::chrono::seconds(15);
inline constexpr auto kDisconnectDeadline = std::chrono::seconds(2);
inline constexpr auto kProbeDeadline = std::chrono::seconds(5);  // a look at what is wrong
inline constexpr auto kRequestDeadline = std::chrono::seconds(60);
inline constexpr auto kSilenceMax = std::chrono::seconds(30);  // with something under way
// On a connection without traffic. Paho gives it up after 2.5 times that, and some seconds.
inline constexpr auto kKeepAlive = std::chrono::seconds(12);
inline constexpr auto kRouteRetry = std::chrono::hours(1);  // until a better way is tried again
inline constexpr std::size_t kHttpsConnectionsMax = 24;
inline constexpr std::size_t kHttpsAnswerBytesMax = 262'144;

// Control socket
inline constexpr std::size_t kControlClientsMax = 16;
inline constexpr std::size_t kControlRequestBytesMax = 4096;
inline constexpr std::size_t kControlReplyBytesMax = 1'048'576;
inline constexpr std::size_t kTailRowsMax = 2048;  // a slow viewer misses rows beyond this
inline constexpr auto kControlDeadline = std::chrono::seconds(5);

// Files and log
inline constexpr std::size_t kDecodeBytesMax = 4'194'304;  // of `device decode`
inline constexpr std::size_t kSettingsFileBytesMax = 1'048'576;
inline constexpr std::size_t kSettingsProblemsMax = 100;
inline constexpr std::uint32_t kLogLinesPerEventPerMinute = 20;

// Threads
inline constexpr auto kStopDeadline = std::chrono::seconds(10);
inline constexpr auto kProgressDeadline = std::chrono::seconds(45);

static_assert(kWindowMax < kEventQueueLength, "answers to a full window must fit the queue");
static_assert(kHttpsAnswerBytesMax <= kAnswerBytesMax);
static_assert(kBridgeOutstandingMax < kEventQueueLength, "a bridge must not fill the queue alone");
static_assert(kCommitBytes < kBatchBytesMax);
static_assert(kWindowMax < kBacklogLookahead / 2, "a full window must not force a refill");
static_assert(kMailboxBytesMax + kExportBytesPerStep < kControlReplyBytesMax);
static_assert(kRowBytesMax > kTextValueBytesMax * 6, "an escaped text must still fit its row");
static_assert(kFrameBytesMax <= kSerialReadBytes, "a frame is found within one read's memory");

}  // namespace vitalgate::limits
