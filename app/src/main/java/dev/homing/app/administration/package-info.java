/** What operators and auditors do: tenants, keys, the audit log's page, and the system's. */
@NullMarked
package dev.homing.app.administration;

import org.jspecify.annotations.NullMarked;
