#include "node/status/grpc_status.h"

#include <gtest/gtest.h>

#include <string>

#include "node/status/problem.h"

namespace fairway {
namespace {

TEST(GrpcStatus, EveryCodeCrossesAndComesBack) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "why");
    EXPECT_EQ(ToGrpc(status).error_code(), code);
    EXPECT_EQ(FromGrpc(ToGrpc(status)), status);
  }
  EXPECT_TRUE(FromGrpc(ToGrpc(absl::OkStatus())).ok());
}

TEST(GrpcStatus, ACodeFromElsewhereIsUnknown) {
  for (int code : {-1, 17, 1000}) {
    EXPECT_EQ(FromGrpc(grpc::Status(static_cast<grpc::StatusCode>(code), "x")).code(),
              absl::StatusCode::kUnknown);
  }
}

TEST(GrpcStatus, AProblemArrivesWhole) {
  const Problem problem{"FW-DB-001", "wrong key", {"a", "b"}, {"fairway doctor"}};
  const absl::Status there = MakeProblem(absl::StatusCode::kUnauthenticated, problem);
  EXPECT_EQ(FromGrpc(ToGrpc(there)), there);
}

TEST(GrpcStatus, WhatDoesNotFitATrailerIsLeftOutAndTheRestArrives) {
  Problem problem{"FW-X-001", "long", {}, {"fairway doctor"}};
  problem.why.assign(20, std::string(700, 'w'));
  const grpc::Status sent = ToGrpc(MakeProblem(absl::StatusCode::kInternal, problem));
  EXPECT_LE(sent.error_details().size(), kMaxGrpcDetailBytes);
  const auto arrived = ProblemOf(FromGrpc(sent));
  ASSERT_TRUE(arrived.has_value());
  EXPECT_EQ(arrived->next, problem.next);
  EXPECT_EQ(ToGrpc(absl::InternalError(std::string(5000, 'm'))).error_message().size(),
            kMaxGrpcMessageBytes);
}

TEST(GrpcStatus, DetailsThatAreNotAProblemDoNoHarm) {
  const absl::Status status = FromGrpc(grpc::Status(grpc::StatusCode::ABORTED, "m", "garbage"));
  EXPECT_EQ(status, absl::AbortedError("m"));
}

}  // namespace
}  // namespace fairway
