#include "crypto/spki.h"
