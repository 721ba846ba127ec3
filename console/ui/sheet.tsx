import { Drawer, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./sheet.module.css";

interface Props {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

const motion = { transitionProps: { duration: 120 }, lockScroll: false } as const;

/** A side sheet over the page, for work that goes on beside what it is about. */
export function Sheet({ title, isOpen, onClose, children }: Props) {
  return (
    <Drawer
      {...motion}
      opened={isOpen}
      onClose={onClose}
      title={title}
      position="right"
      size={560}
      padding={24}
      closeButtonProps={{ "aria-label": "Close" }}
      overlayProps={{ className: styles["light"] ?? "" }}
      classNames={{
        content: styles["sheet"] ?? "",
        header: styles["head"] ?? "",
        title: styles["title"] ?? "",
      }}
    >
      {children}
    </Drawer>
  );
}

/** A small window that wants an answer first; its title is for those who hear it. */
export function Dialog({ title, isOpen, onClose, children }: Props) {
  return (
    <Modal
      {...motion}
      opened={isOpen}
      onClose={onClose}
      title={title}
      withCloseButton={false}
      yOffset="12vh"
      size={600}
      padding={0}
      overlayProps={{ className: styles["shade"] ?? "" }}
      classNames={{ content: styles["dialog"] ?? "", header: "visually-hidden" }}
    >
      {children}
    </Modal>
  );
}
