"""C++ of a .proto by Debian's protoc; warnings of generated code are silenced, here only."""

def fairway_proto(name, imports = [], visibility = None):
    """cc_library `name` from name.proto. `imports` are other fairway_proto targets of this package."""
    native.genrule(
        name = name + "_protoc",
        srcs = [name + ".proto"] + [other + ".proto" for other in imports],
        outs = [name + ".pb.h", name + ".pb.cc"],
        cmd = "/usr/bin/protoc -I. --cpp_out=$(GENDIR) $(location " + name + ".proto)",
    )
    native.cc_library(
        name = name,
        srcs = [name + ".pb.cc"],
        hdrs = [name + ".pb.h"],
        copts = ["-w"],
        linkstatic = True,
        visibility = visibility,
        deps = [":" + other for other in imports] + ["@protobuf//:lib"],
    )

def fairway_stubs(name, service, imports = [], visibility = None):
    """cc_library `name` with the client stubs of service.proto. Only clients need them: the node
    takes every call as bytes, so that an unreadable request can be recorded too."""
    native.genrule(
        name = name + "_protoc",
        srcs = [service + ".proto"] + [other + ".proto" for other in imports],
        outs = [service + ".grpc.pb.h", service + ".grpc.pb.cc"],
        cmd = "/usr/bin/protoc -I. --grpc_out=$(GENDIR) " +
              "--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin $(location " + service + ".proto)",
    )
    native.cc_library(
        name = name,
        srcs = [service + ".grpc.pb.cc"],
        hdrs = [service + ".grpc.pb.h"],
        copts = ["-w"],
        linkstatic = True,
        visibility = visibility,
        deps = [":" + service, "@grpc//:lib"],
    )
