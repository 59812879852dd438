package dev.homing.app.development;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomingFolderTest {
  @Test
  void isInTheRootOfTheCheckoutAlsoWhenRunFromAModule() {
    assertThat(HomingFolder.ofCheckout().path())
        .isEqualTo(Path.of("").toAbsolutePath().resolveSibling(".homing"));
  }

  @Test
  void makesTheEncryptionKeyOnceForItsOwnerOnly(@TempDir Path dir) throws IOException {
    HomingFolder folder = new HomingFolder(dir);

    String key = folder.encryptionKey();

    assertThat(key).startsWith("development:");
    assertThat(Base64.getDecoder().decode(key.substring("development:".length()))).hasSize(32);
    assertThat(folder.encryptionKey()).isEqualTo(key);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(dir.resolve("encryption.key"))))
        .isEqualTo("rw-------");
  }
}
