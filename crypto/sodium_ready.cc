#include "crypto/sodium_ready.h"
