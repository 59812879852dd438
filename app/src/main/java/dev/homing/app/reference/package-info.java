/**
 * What the API says about itself: its OpenAPI document, and a page for each problem and outcome.
 */
@NullMarked
package dev.homing.app.reference;

import org.jspecify.annotations.NullMarked;
