"""Debian's libraries as Bazel targets: `@name//:lib` is what pkg-config says of its packages."""

def _words(repository, arguments):
    result = repository.execute(["pkg-config"] + arguments)
    if result.return_code != 0:
        fail("pkg-config " + " ".join(arguments) + ": " + result.stderr.strip() +
             "\nInstall what is missing with: tools/setup")
    return [word for word in result.stdout.strip().split(" ") if word]

def _unique(words):
    seen = {}
    for word in words:
        seen[word] = True
    return seen.keys()

def _impl(repository):
    cflags = _words(repository, ["--cflags"] + repository.attr.packages)
    libs = _words(repository, ["--libs"] + repository.attr.packages)
    defines = _unique([flag[2:] for flag in cflags if flag.startswith("-D")])
    repository.file("BUILD.bazel", """cc_library(
    name = "lib",
    defines = {defines},
    linkopts = {libs},
    visibility = ["//visibility:public"],
)
""".format(defines = repr(defines), libs = repr(libs)))

pkg_config_repository = repository_rule(
    implementation = _impl,
    attrs = {"packages": attr.string_list(mandatory = True)},
    local = True,
)
