/** Quotas of requests and bytes, per tenant and per key. */
@NullMarked
package dev.homing.app.limit;

import org.jspecify.annotations.NullMarked;
