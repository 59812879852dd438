package dev.homing.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A method that was renamed must not disarm a row of the chaos suite. */
class CrashPointTest {
  private static final ClassLoader LOADER = CrashPointTest.class.getClassLoader();

  @ParameterizedTest
  @EnumSource
  void pointsToExistingCode(CrashPoint point) throws IOException {
    byte[] instrumented = CrashAgent.instrument(point, bytes(point.owner()), LOADER);

    assertThat(ClassFile.of().verify(instrumented)).isEmpty();
    assertThat(instrumented).isNotEqualTo(bytes(point.owner()));
  }

  @Test
  void missingFromTheCodeIsAnError() throws IOException {
    byte[] another = bytes(CrashPoint.BEFORE_SWITCH_OFF.owner());

    assertThatThrownBy(() -> CrashAgent.instrument(CrashPoint.BEFORE_START, another, LOADER))
        .hasMessageContaining("BEFORE_START");
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream bytes = LOADER.getResourceAsStream(name.replace('.', '/') + ".class")) {
      return Objects.requireNonNull(bytes, name).readAllBytes();
    }
  }
}
