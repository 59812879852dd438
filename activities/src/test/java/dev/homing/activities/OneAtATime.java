package dev.homing.activities;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Marks classes that share the tables of {@link Postgres}, as claims and counts are of all tenants.
 * They run one after the other, beside classes that do not.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ResourceLock("the tables of all tenants")
public @interface OneAtATime {}
