#include "crypto/secret_bytes.h"
