/**
 * The OpenAPI document from outside, with {@code -Pcontract}: fuzzed, and used by generated
 * clients.
 */
@NullMarked
package dev.homing.app.contract;

import org.jspecify.annotations.NullMarked;
