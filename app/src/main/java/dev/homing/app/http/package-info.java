/** Rules that all routes share: bodies, JSON, headers, and the time that a request may take. */
@NullMarked
package dev.homing.app.http;

import org.jspecify.annotations.NullMarked;
