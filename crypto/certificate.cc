#include "crypto/certificate.h"
