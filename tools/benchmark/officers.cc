#include "tools/benchmark/officers.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/grpcpp.h>
#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "api/v1/desk.grpc.pb.h"
#include "node/wire/draft_codec.h"

namespace fairway::benchmark {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(60);

std::unique_ptr<v1::Desk::Stub> Connect(const std::string& data_dir) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return v1::Desk::NewStub(grpc::CreateCustomChannel(absl::StrCat("unix:", data_dir, "/node.sock"),
                                                     grpc::InsecureChannelCredentials(),
                                                     arguments));
}

class Office {
 public:
  Office(const PublishOrder& order, const Bulletins& bulletins)
      : order_(order), bulletins_(bulletins), begun_(absl::Now()) {
    published_.reserve(order.count);
  }

  absl::StatusOr<std::vector<PublishedOne>> Run() {
    std::vector<std::unique_ptr<v1::Desk::Stub>> desks;
    for (size_t i = 0; i < std::min(order_.officers, kConnections); ++i) {
      desks.push_back(Connect(order_.data_dir));
    }
    std::vector<std::thread> officers;
    for (size_t i = 0; i < order_.officers; ++i) {
      officers.emplace_back([this, &desk = *desks[i % desks.size()]] { Officer(desk); });
    }
    for (std::thread& officer : officers) officer.join();
    if (!failure_.ok()) return failure_;
    return std::move(published_);
  }

 private:
  void Officer(v1::Desk::Stub& desk) {
    prctl(PR_SET_TIMERSLACK, 1);
    while (!stopped_) {
      const uint64_t ticket = next_.fetch_add(1);
      if (ticket >= order_.count) return;
      const absl::Status done = PublishOne(desk, ticket);
      if (done.ok()) continue;
      std::lock_guard<std::mutex> lock(mutex_);
      if (failure_.ok()) failure_ = done;
      stopped_ = true;
    }
  }

  absl::Status PublishOne(v1::Desk::Stub& desk, uint64_t ticket) {
    const uint64_t number = order_.first + ticket;
    v1::PublishRequest request;
    *request.mutable_draft() = wire::ToProto(
        bulletins_.Make(number, order_.all_permitted || number % 2 == 0, order_.precedence));
    PublishedOne one;
    one.begun = absl::Now();
    if (order_.per_second > 0) {
      const absl::Time due =
          begun_ + absl::Seconds(static_cast<double>(ticket) / order_.per_second);
      if (due > one.begun) absl::SleepFor(due - one.begun);
      one.begun = due;
    }
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
    v1::PublishResponse response;
    const grpc::Status status = desk.Publish(&context, request, &response);
    one.acknowledged = absl::Now();
    if (!status.ok()) {
      return absl::UnavailableError(absl::StrCat("publish: ", status.error_message()));
    }
    one.item_id = response.item_id();
    one.ref = response.ref();
    std::lock_guard<std::mutex> lock(mutex_);
    published_.push_back(std::move(one));
    return absl::OkStatus();
  }

  const PublishOrder& order_;
  const Bulletins& bulletins_;
  const absl::Time begun_;
  std::atomic<uint64_t> next_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::vector<PublishedOne> published_;  // guarded by mutex_
  absl::Status failure_;                 // guarded by mutex_
};

}  // namespace

absl::StatusOr<std::vector<PublishedOne>> Publish(const PublishOrder& order,
                                                  const Bulletins& bulletins) {
  return Office(order, bulletins).Run();
}

absl::StatusOr<std::vector<RecalledOne>> Recall(const std::string& data_dir,
                                                const std::vector<PublishedOne>& items,
                                                absl::Duration pause) {
  const auto desk = Connect(data_dir);
  std::vector<RecalledOne> recalled;
  for (const PublishedOne& item : items) {
    v1::RecallRequest request;
    request.set_ref(item.ref);
    request.set_grade(v1::RECALL_GRADE_WITHDRAW);
    request.set_reason(v1::RECALL_REASON_ERROR);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
    v1::RecallResponse response;
    RecalledOne one{.item_id = item.item_id, .begun = absl::Now(), .acknowledged = {}};
    const grpc::Status status = desk->Recall(&context, request, &response);
    one.acknowledged = absl::Now();
    if (!status.ok()) {
      return absl::UnavailableError(absl::StrCat("recall: ", status.error_message()));
    }
    recalled.push_back(std::move(one));
    absl::SleepFor(pause);
  }
  return recalled;
}

}  // namespace fairway::benchmark
